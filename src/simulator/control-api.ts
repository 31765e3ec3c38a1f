import { type Answer, RefusedRequest, json } from './answer.ts';
import { MAGIC_RECIPIENTS } from './behaviours.ts';
import { EVERY_PLAN, type SimulatorFault } from './faults.ts';
import type { InboundText } from './inbounds-api.ts';
import { type JsonObject, parseJsonObject } from './json-members.ts';
import { MISSING_OPERATIONS, OPERATIONS } from './operations.ts';
import { pageOf, parsePage } from './paging.ts';
import type { SimulatedRequest } from './request-log.ts';
import type { IncomingRequest } from './server.ts';
import type { SimulatedMessage, SimulatorCounts } from './truth.ts';

/** What other processes may see and do; the same as the simulator's own methods. */
export interface ControlApiDeps {
  servicePlanIds: readonly string[];
  messages: (clientReference: string | undefined) => readonly SimulatedMessage[];
  accepted: (clientReference: string) => number;
  counts: () => SimulatorCounts;
  requests: () => readonly SimulatedRequest[];
  faults: () => Readonly<Record<string, SimulatorFault>>;
  setFault: (servicePlanId: string, fault: SimulatorFault | undefined) => void;
  receive: (inbound: InboundText) => string;
  whenIdle: () => Promise<void>;
}

/** First segment of the paths that are the simulator's own and none of Sinch's. */
export const CONTROL_PATH = '_simulator';

const LARGEST_PAGE = 1000;

const ROUTES = {
  'GET /_simulator': 'this overview',
  'GET /_simulator/counts': 'how many of everything there are',
  'GET /_simulator/messages?page=0&page_size=30&client_reference=…': 'accepted messages in the order of acceptance',
  'GET /_simulator/accepted?client_reference=…': 'how often that client reference was accepted',
  'GET /_simulator/requests': 'the latest 1,000 requests to the REST API',
  'GET /_simulator/idle': 'answers as soon as no report is pending and no callback unanswered',
  'GET /_simulator/faults': 'the faults that hold',
  'POST /_simulator/inbounds {"plan": "…", "from": "+44…", "to": "12345", "body": "STOP"}':
    'a text comes in, as from a handset, and the callback says so',
  'POST /_simulator/faults {"plan": "*", "fault": {"answer": {"status": 503}}}': 'sets a fault; null takes it away',
} as const;

/**
 * Makes the handler of `/_simulator/…`. It asks for no credentials, since nobody outside the machine reaches it; that
 * a POST must be JSON keeps pages in a browser of this machine from making one.
 */
export function createControlApi(deps: ControlApiDeps): (request: IncomingRequest) => Promise<Answer> {
  const operations: Readonly<Record<string, (request: IncomingRequest) => Answer | Promise<Answer>>> = {
    'GET ': () =>
      json(200, {
        what: "A simulator of Sinch's SMS and MMS REST API: nothing is sent to anybody",
        service_plans: deps.servicePlanIds,
        operations: OPERATIONS.map(({ method, path, what }) => ({
          operation: `${method} /xms/v1/{service_plan_id}/${path}`,
          what,
        })),
        not_there: MISSING_OPERATIONS,
        magic_recipients: MAGIC_RECIPIENTS.map(({ suffix, behaviour, what }) => ({ suffix, behaviour, what })),
        counts: deps.counts(),
        faults: deps.faults(),
        routes: ROUTES,
      }),
    'GET counts': () => json(200, deps.counts()),
    'GET messages': ({ query }) => {
      const wanted = parsePage(query, LARGEST_PAGE);
      const messages = deps.messages(query.get('client_reference') ?? undefined);
      const { count, page, pageSize, items } = pageOf(messages, wanted);
      return json(200, { count, page, page_size: pageSize, messages: items });
    },
    'GET accepted': ({ query }) => {
      const clientReference = query.get('client_reference');
      if (clientReference === null) return mistake(400, 'client_reference: expected in the query, got none');
      return json(200, { client_reference: clientReference, accepted: deps.accepted(clientReference) });
    },
    'GET requests': () => json(200, { requests: deps.requests() }),
    'GET faults': () => json(200, { faults: deps.faults() }),
    'GET idle': async () => {
      await deps.whenIdle();
      return json(200, { idle: true });
    },
    'POST inbounds': ({ headers, body }) => {
      if (!isJson(headers)) return mistake(415, 'content-type: expected application/json');
      return json(201, { id: deps.receive(inboundOf(parseJsonObject(body), deps.servicePlanIds)) });
    },
    'POST faults': ({ headers, body }) => {
      if (!isJson(headers)) return mistake(415, 'content-type: expected application/json');
      const { plan = EVERY_PLAN, fault } = parseJsonObject(body);
      if (typeof plan !== 'string') return mistake(400, 'plan: expected a service plan id or "*"');
      if (fault === undefined) return mistake(400, 'fault: expected an object, or null to take the fault away');
      // `setFault` checks the form.
      deps.setFault(plan, fault === null ? undefined : fault);
      return json(200, { faults: deps.faults() });
    },
  };

  return async (request) => {
    const [, ...rest] = request.path;
    const path = rest.join('/');
    const operation = operations[`${request.method} ${path}`];
    if (operation === undefined) {
      const isKnown = Object.keys(operations).some((route) => route.split(' ')[1] === path);
      return isKnown ? mistake(405, `${request.method} is not possible here`) : mistake(404, 'There is no such path');
    }
    try {
      return await operation(request);
    } catch (error) {
      if (error instanceof RefusedRequest) return error.answer;
      if (error instanceof TypeError) return mistake(400, error.message);
      throw error;
    }
  };
}

function isJson(headers: IncomingRequest['headers']): boolean {
  return headers['content-type']?.split(';')[0]?.trim() === 'application/json';
}

function inboundOf(
  { plan, from, to, body, client_reference: clientReference }: JsonObject,
  [onlyPlan = '']: readonly string[],
): InboundText {
  const text = (member: string, value: unknown): string => {
    if (typeof value !== 'string') throw new TypeError(`${member}: expected a text`);
    return value;
  };
  return {
    servicePlanId: plan === undefined ? onlyPlan : text('plan', plan),
    from: text('from', from),
    to: text('to', to),
    body: text('body', body),
    ...(clientReference === undefined ? {} : { clientReference: text('client_reference', clientReference) }),
  };
}

function mistake(status: number, error: string): Answer {
  return json(status, { error, see: `GET /${CONTROL_PATH}` });
}
