/** A stand-in for the engagement platform's tracking API: what the exporter sends ends here. */
import { type Answer, bare, json, RefusedRequest } from './answer.ts';
import { createRealClock, createTimerGroup, type SimulatorClock } from './clock.ts';
import { isRecord, parseJsonObject } from './json-members.ts';
import { type IncomingRequest, startServer } from './server.ts';
import { createTrackingControlApi, TRACKING_CONTROL_PATH } from './tracking-control-api.ts';
import { createTrackingFaults, EVERY_PROJECT, type TrackingFault } from './tracking-faults.ts';
import { createTrackingStore, type TrackedEvent, type TrackingCounts } from './tracking-store.ts';

/** A project of the stand-in, and the private key that its requests must carry. */
export interface TrackingProject {
  projectToken: string;
  keyId: string;
  keySecret: string;
}

/** The project that is there when no other is given. Its secret is public: it opens nothing but a stand-in. */
export const DEMO_TRACKING_PROJECT: TrackingProject = {
  projectToken: 'demo-project',
  keyId: 'demo-key',
  keySecret: 'demo-secret',
};

/** Options of {@link startTrackingApi}. */
export interface SimulatedTrackingApiOptions {
  /** Port on 127.0.0.1, 0 to 65535. @default 0: a free one */
  port?: number;
  /** At least one, each token once. @default {@link DEMO_TRACKING_PROJECT} */
  projects?: readonly TrackingProject[];
  /** @default the machine's time */
  clock?: SimulatorClock;
  /** Told what happens, without keys and phone numbers. @default nobody */
  log?: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

/** A running stand-in for the tracking API. */
export interface SimulatedTrackingApi extends AsyncDisposable {
  /** Where it is reached: what goes in the place of `https://api.exponea.com`. */
  readonly url: string;
  readonly port: number;
  /** Changes the key of a project, or adds a project. */
  setProject(project: TrackingProject): void;
  /**
   * Sets the fault of a project, or of every project without one of its own (`*`); `undefined` takes it away.
   *
   * @throws TypeError if there is no such project or the fault is not of the right form
   */
  setFault(projectToken: string, fault: TrackingFault | undefined): void;
  /** The faults that hold, by project token. */
  faults(): Readonly<Record<string, TrackingFault>>;
  /** How often the event with that id was taken: 0 is a lost one, more than 1 a doubled one. */
  taken(eventId: string): number;
  /** Every event that was taken, in the order in which they came first. */
  events(): readonly TrackedEvent[];
  counts(): TrackingCounts;
  /** Ends all connections. May be called again without harm. */
  close(): Promise<void>;
}

/** Most commands that one request may carry ("Batch commands"). */
const MOST_COMMANDS = 50;

interface Outcome {
  success: boolean;
  errors?: readonly string[];
}

/**
 * Starts a stand-in for the tracking API on 127.0.0.1, with a control surface below `/_tracking`. Nothing leaves the
 * machine.
 *
 * @throws TypeError if an option is wrong; Error with the system's code if the port cannot be had
 */
export async function startTrackingApi(options: SimulatedTrackingApiOptions = {}): Promise<SimulatedTrackingApi> {
  const { port = 0, projects: given = [DEMO_TRACKING_PROJECT], log = () => undefined } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError(`port: expected an integer from 0 to 65535, got ${port}`);
  }
  const projects = new Map(given.map((project) => [project.projectToken, project]));
  if (projects.size === 0 || projects.size < given.length) {
    throw new TypeError('projects: expected at least one, each token once');
  }
  const clock = createTimerGroup(options.clock ?? createRealClock());
  const faults = createTrackingFaults();
  const store = createTrackingStore();
  let commandsSeen = 0;

  function refusedBy(fault: TrackingFault | undefined, ids: readonly unknown[]): boolean {
    const { refuse } = fault ?? {};
    if (refuse === undefined) return false;
    return 'ids' in refuse
      ? ids.some((id) => refuse.ids.some((each) => each === id))
      : commandsSeen % refuse.every === 0;
  }

  /** One event, as the single endpoint takes it; carried out only where `takes`. */
  function track(
    projectToken: string,
    data: unknown,
    commandId: string | undefined,
    fault: TrackingFault | undefined,
    takes: boolean,
  ): Outcome {
    commandsSeen += 1;
    const wrong = mistakeIn(data);
    const event = isRecord(data) ? data : {};
    const properties = isRecord(event['properties']) ? event['properties'] : {};
    const eventId = properties['event_id'];
    if (wrong !== undefined || refusedBy(fault, [commandId, eventId])) {
      store.noteRefused();
      return { success: false, errors: wrong === undefined ? (fault?.errors ?? ['The event was refused.']) : [wrong] };
    }
    if (takes) {
      const { customer_ids: customerIds, event_type: eventType, timestamp } = event;
      store.take({
        eventId: typeof eventId === 'string' ? eventId : commandId,
        projectToken,
        eventType: String(eventType),
        customerIds: isRecord(customerIds) ? customerIds : {},
        ...(typeof timestamp === 'number' ? { timestamp } : {}),
        properties,
      });
    }
    return { success: true };
  }

  async function answer(request: IncomingRequest): Promise<Answer> {
    const [first, version, word, projectToken = '', ...rest] = request.path;
    const route = rest.join('/');
    if (first !== 'track' || version !== 'v2' || word !== 'projects') return bare(404);
    if (route !== 'batch' && route !== 'customers/events') return bare(404);
    if (request.method !== 'POST') return bare(405);
    const fault = faults.take(projectToken);
    const slowMs = fault?.slowMs ?? 0;
    if (slowMs > 0) await new Promise<void>((resolve) => void clock.setTimer(resolve, slowMs));
    const ending = fault?.answer;
    const refusal = accessRefusal(projects.get(projectToken), request.headers.authorization);
    // The fault of a gateway comes before the platform itself.
    if (refusal && ending === undefined) return refusal;
    const takes = !refusal && (ending === undefined || fault?.carryOut === true);
    const carried =
      route === 'batch' ? batch(projectToken, request, fault, takes) : single(projectToken, request, fault, takes);
    if (ending === undefined) return carried;
    if (ending === 'hang' || ending === 'reset') return { kind: ending };
    return 'body' in ending ? json(ending.status, ending.body, ending.headers) : bare(ending.status, ending.headers);
  }

  function batch(
    projectToken: string,
    { body }: IncomingRequest,
    fault: TrackingFault | undefined,
    takes: boolean,
  ): Answer {
    const { commands } = parseJsonObject(body);
    if (!Array.isArray(commands) || commands.length === 0 || commands.length > MOST_COMMANDS) {
      return json(400, { success: false, message: `commands: expected a list of 1 to ${MOST_COMMANDS} commands` });
    }
    store.noteRequest(commands.length);
    const results = commands.map((command: unknown) => {
      const { name, command_id: id, data } = isRecord(command) ? command : {};
      const commandId = typeof id === 'string' ? id : undefined;
      const outcome: Outcome =
        name === 'customers/events'
          ? track(projectToken, data, commandId, fault, takes)
          : { success: false, errors: ['Only customers/events is simulated.'] };
      return { ...(commandId === undefined ? {} : { command_id: commandId }), ...outcome };
    });
    const now = clock.now() / 1000;
    return json(200, { results, start_time: now, end_time: now, success: true });
  }

  function single(
    projectToken: string,
    { body }: IncomingRequest,
    fault: TrackingFault | undefined,
    takes: boolean,
  ): Answer {
    store.noteRequest(1);
    const outcome = track(projectToken, parseJsonObject(body), undefined, fault, takes);
    return json(outcome.success ? 200 : 400, outcome);
  }

  const control = createTrackingControlApi({
    projectTokens: () => [...projects.keys()],
    counts: () => store.counts(),
    events: () => store.events(),
    taken: (eventId) => store.taken(eventId),
    faults: () => faults.all(),
    setFault,
    setKeySecret(projectToken, keySecret) {
      setProject({ ...known(projectToken), keySecret });
    },
  });

  function known(projectToken: string): TrackingProject {
    const project = projects.get(projectToken);
    if (project !== undefined) return project;
    throw new TypeError(`projectToken: expected one of ${[...projects.keys()].join(', ')}, got ${projectToken}`);
  }

  function setProject(project: TrackingProject): void {
    projects.set(project.projectToken, project);
  }

  function setFault(projectToken: string, fault: TrackingFault | undefined): void {
    if (projectToken !== EVERY_PROJECT) known(projectToken);
    faults.set(projectToken, fault);
    log('fault set', { projectToken, fault });
  }

  const server = await startServer(
    port,
    async (request) => {
      try {
        return request.path[0] === TRACKING_CONTROL_PATH ? control(request) : await answer(request);
      } catch (error) {
        if (error instanceof RefusedRequest) return json(400, { success: false, message: 'Invalid JSON' });
        throw error;
      }
    },
    (error) => log('request failed inside the stand-in', { error: String(error) }),
  );
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    clock.cancelAll();
    return (closing ??= server.close());
  };
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    setProject,
    setFault,
    faults: () => faults.all(),
    taken: (eventId) => store.taken(eventId),
    events: () => store.events(),
    counts: () => store.counts(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** In the platform's words ("Most common API requests errors"). */
function accessRefusal(project: TrackingProject | undefined, authorization: string | undefined): Answer | undefined {
  const [scheme, credentials = ''] = authorization?.split(' ') ?? [];
  const [keyId, ...secret] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
  if (scheme?.toLowerCase() !== 'basic') return json(401, { success: false, message: 'Unauthorized' });
  if (project === undefined) return json(403, { success: false, message: 'no permission for this project' });
  if (keyId !== project.keyId) return json(401, { success: false, message: 'access key not found' });
  return secret.join(':') === project.keySecret ? undefined : json(403, { success: false, message: 'invalid secret' });
}

function mistakeIn(data: unknown): string | undefined {
  if (!isRecord(data)) return 'data: expected an object.';
  const { customer_ids: customerIds, event_type: eventType, timestamp, properties } = data;
  if (!isRecord(customerIds) || Object.keys(customerIds).length === 0) return 'At least one id should be specified.';
  if (typeof eventType !== 'string' || eventType === '') return 'event_type: expected a name.';
  if (timestamp !== undefined && typeof timestamp !== 'number') return 'timestamp: expected seconds.';
  if (properties !== undefined && !isRecord(properties)) return 'properties: expected an object.';
  return undefined;
}
