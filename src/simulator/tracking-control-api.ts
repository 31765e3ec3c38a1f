import { type Answer, json, RefusedRequest } from './answer.ts';
import { parseJsonObject } from './json-members.ts';
import { pageOf, parsePage } from './paging.ts';
import type { IncomingRequest } from './server.ts';
import { EVERY_PROJECT, type TrackingFault } from './tracking-faults.ts';
import type { TrackedEvent, TrackingCounts } from './tracking-store.ts';

/** What other processes may see and do; the same as the stand-in's own methods. */
export interface TrackingControlDeps {
  projectTokens: () => readonly string[];
  counts: () => TrackingCounts;
  events: () => readonly TrackedEvent[];
  taken: (eventId: string) => number;
  faults: () => Readonly<Record<string, TrackingFault>>;
  setFault: (projectToken: string, fault: TrackingFault | undefined) => void;
  setKeySecret: (projectToken: string, keySecret: string) => void;
}

/** First segment of the paths that are the stand-in's own and none of the platform's. */
export const TRACKING_CONTROL_PATH = '_tracking';

const LARGEST_PAGE = 1000;

const ROUTES = {
  'GET /_tracking': 'this overview',
  'GET /_tracking/counts': 'how many of everything there are; `doubled` events were taken more than once',
  'GET /_tracking/events?page=0&page_size=30': 'the events that were taken, each with how often',
  'GET /_tracking/taken?event_id=…': 'how often the event with that id was taken',
  'GET /_tracking/faults': 'the faults that hold',
  'POST /_tracking/faults {"project": "*", "fault": {"answer": {"status": 503}}}': 'sets a fault; null takes it away',
  'POST /_tracking/keys {"project": "…", "key_secret": "…"}': 'changes the secret that requests must carry',
} as const;

/**
 * Makes the handler of `/_tracking/…`. It asks for no credentials, since nobody outside the machine reaches it; that a
 * POST must be JSON keeps pages in a browser of this machine from making one.
 */
export function createTrackingControlApi(deps: TrackingControlDeps): (request: IncomingRequest) => Answer {
  const operations: Readonly<Record<string, (request: IncomingRequest) => Answer>> = {
    'GET ': () =>
      json(200, {
        what: "A stand-in for the engagement platform's tracking API: nothing leaves this machine",
        projects: deps.projectTokens(),
        counts: countsOf(deps.counts()),
        faults: deps.faults(),
        routes: ROUTES,
      }),
    'GET counts': () => json(200, countsOf(deps.counts())),
    'GET events': ({ query }) => {
      const { count, page, pageSize, items } = pageOf(deps.events(), parsePage(query, LARGEST_PAGE));
      return json(200, { count, page, page_size: pageSize, events: items.map(eventOf) });
    },
    'GET taken': ({ query }) => {
      const eventId = query.get('event_id');
      if (eventId === null) return mistake(400, 'event_id: expected in the query, got none');
      return json(200, { event_id: eventId, taken: deps.taken(eventId) });
    },
    'GET faults': () => json(200, { faults: deps.faults() }),
    'POST faults': ({ body }) => {
      const { project = EVERY_PROJECT, fault } = parseJsonObject(body);
      if (typeof project !== 'string') return mistake(400, 'project: expected a project token or "*"');
      if (fault === undefined) return mistake(400, 'fault: expected an object, or null to take the fault away');
      // `setFault` checks the form.
      deps.setFault(project, fault === null ? undefined : fault);
      return json(200, { faults: deps.faults() });
    },
    'POST keys': ({ body }) => {
      const { project, key_secret: keySecret } = parseJsonObject(body);
      if (typeof project !== 'string') return mistake(400, 'project: expected a project token');
      if (typeof keySecret !== 'string') return mistake(400, 'key_secret: expected a string');
      deps.setKeySecret(project, keySecret);
      return json(200, { project });
    },
  };

  return (request) => {
    const [, ...rest] = request.path;
    const path = rest.join('/');
    const operation = operations[`${request.method} ${path}`];
    if (operation === undefined) {
      const isKnown = Object.keys(operations).some((route) => route.split(' ')[1] === path);
      return isKnown ? mistake(405, `${request.method} is not possible here`) : mistake(404, 'There is no such path');
    }
    if (request.method === 'POST' && request.headers['content-type']?.split(';')[0]?.trim() !== 'application/json') {
      return mistake(415, 'content-type: expected application/json');
    }
    try {
      return operation(request);
    } catch (error) {
      if (error instanceof RefusedRequest) return error.answer;
      if (error instanceof TypeError) return mistake(400, error.message);
      throw error;
    }
  };
}

function countsOf({ largestBatch, ...counts }: TrackingCounts): object {
  return { ...counts, largest_batch: largestBatch };
}

function eventOf({
  eventId,
  times,
  projectToken,
  eventType,
  customerIds,
  timestamp,
  properties,
}: TrackedEvent): object {
  return {
    event_id: eventId,
    times,
    project: projectToken,
    event_type: eventType,
    customer_ids: customerIds,
    timestamp,
    properties,
  };
}

function mistake(status: number, error: string): Answer {
  return json(status, { error, see: `GET /${TRACKING_CONTROL_PATH}` });
}
