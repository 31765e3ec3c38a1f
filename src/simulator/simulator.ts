import { bare } from './answer.ts';
import { createBatchesApi } from './batches-api.ts';
import { createBehaviourChooser } from './behaviour-choice.ts';
import { type CallbackSender, createCallbackSender } from './callbacks.ts';
import { createTimerGroup } from './clock.ts';
import { CONTROL_PATH, type ControlApiDeps, createControlApi } from './control-api.ts';
import { createDelivery } from './delivery.ts';
import { EVERY_PLAN, type SimulatorFault, createFaults } from './faults.ts';
import { createInboundsApi, type InboundText } from './inbounds-api.ts';
import { type SimulatorOptions, type SimulatorPlan, checkPlan, resolveOptions } from './options.ts';
import { createReportsApi } from './reports-api.ts';
import { type SimulatedRequest, createRequestLog } from './request-log.ts';
import { startServer } from './server.ts';
import { createStore } from './store.ts';
import { type SimulatedMessage, type SimulatorCounts, countAll, describeMessage } from './truth.ts';
import { createWorkTracker } from './work.ts';
import { createXmsApi } from './xms-api.ts';

/** A running stand-in for Sinch. */
export interface Simulator extends AsyncDisposable {
  /** Where it is reached, such as `http://127.0.0.1:34567`: what goes in the place of `https://eu.sms.api.sinch.com`. */
  readonly url: string;
  readonly port: number;
  /**
   * Changes a plan from now on: what is not named stays, `undefined` takes an optional member away.
   *
   * @throws TypeError if there is no such plan or a value is wrong
   */
  updatePlan(
    servicePlanId: string,
    changes: { [Member in keyof Omit<SimulatorPlan, 'servicePlanId'>]?: SimulatorPlan[Member] | undefined },
  ): void;
  /**
   * Sets the fault of a plan, or of every plan without one of its own (`*`); `undefined` takes it away.
   *
   * @throws TypeError if there is no such plan or the fault is not of the right form
   */
  setFault(servicePlanId: string, fault: SimulatorFault | undefined): void;
  /** The faults that hold, by plan. */
  faults(): Readonly<Record<string, SimulatorFault>>;
  /** How often a batch with that client reference was accepted, over all plans: more than once is a doubled message. */
  accepted(clientReference: string): number;
  /**
   * A text comes in, as if somebody had sent it to a number of the plan; Sinch's callback says so.
   *
   * @returns its id
   * @throws TypeError if there is no such plan or a member is wrong
   */
  receive(inbound: InboundText): string;
  /** Every accepted message as it stands, in the order of acceptance. */
  messages(): readonly SimulatedMessage[];
  counts(): SimulatorCounts;
  /** The latest 1,000 requests to the REST API, oldest first. */
  requests(): readonly SimulatedRequest[];
  /**
   * Resolves when no message is queued, no report pending and no callback unanswered; callbacks that wait for a retry
   * or are held up count as unanswered. Rejects when the simulator is closed before.
   */
  whenIdle(): Promise<void>;
  /** Resolves when no receiver of a callback owes an answer, whatever else is still to come: for manual clocks. */
  whenCallbacksAnswered(): Promise<void>;
  /** Cancels what is pending and ends all connections. May be called again without harm. */
  close(): Promise<void>;
}

const ELSEWHERE = `Sinch's API is below /xms/v1/{service_plan_id}/; GET /${CONTROL_PATH} says what this simulator has`;

/**
 * Starts a stand-in for Sinch's SMS and MMS REST API on 127.0.0.1. Nothing is sent to anybody.
 *
 * @throws TypeError if an option is wrong; Error with the system's code if the port cannot be had
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const resolved = resolveOptions(options);
  const { log } = resolved;
  const clock = createTimerGroup(resolved.clock);
  const plans = new Map(resolved.plans.map((plan) => [plan.servicePlanId, plan]));
  const planOf = (servicePlanId: string): SimulatorPlan | undefined => plans.get(servicePlanId);
  const knownPlan = (servicePlanId: string): SimulatorPlan => {
    const plan = plans.get(servicePlanId);
    if (plan !== undefined) return plan;
    throw new TypeError(`servicePlanId: expected one of ${[...plans.keys()].join(', ')}, got ${servicePlanId}`);
  };

  const work = createWorkTracker();
  const store = createStore(() => clock.now(), resolved);
  const requests = createRequestLog();
  const faults = createFaults(() => callbacks.release());
  const callbacks: CallbackSender = createCallbackSender({ clock, work, faults, planOf, options: resolved });
  const delivery = createDelivery({ clock, work, store, callbacks, planOf, options: resolved });
  const chooser = createBehaviourChooser(resolved.mix, resolved.seed);
  const batches = createBatchesApi({ clock, store, delivery, chooser });
  const inbounds = createInboundsApi({ clock, callbacks, planOf });
  const reports = createReportsApi(clock, store);
  const xms = createXmsApi({ clock, faults, batches, reports, inbounds, requests, planOf });

  const truth: ControlApiDeps = {
    servicePlanIds: [...plans.keys()],
    messages: (clientReference) =>
      store
        .messages()
        .filter(({ batch }) => clientReference === undefined || batch.request.clientReference === clientReference)
        .map((message) => describeMessage(message, store)),
    accepted: (clientReference) => store.accepted(clientReference),
    counts: () => countAll(store, requests.posts()),
    requests: () => requests.latest(),
    faults: () => faults.all(),
    setFault(servicePlanId, fault) {
      if (servicePlanId !== EVERY_PLAN) knownPlan(servicePlanId);
      faults.set(servicePlanId, fault);
      log('fault set', { servicePlanId, fault });
    },
    receive(inbound) {
      knownPlan(inbound.servicePlanId);
      return inbounds.receive(inbound);
    },
    whenIdle: () => work.whenNone(),
  };
  const control = createControlApi(truth);

  const server = await startServer(
    resolved.port,
    async (request) => {
      if (request.path[0] === CONTROL_PATH) return control(request);
      if (request.path.join('/') === '') return control({ ...request, path: [CONTROL_PATH] });
      if (request.path[0] !== 'xms' || request.path[1] !== 'v1') return bare(404, { 'x-simulator': ELSEWHERE });
      const answer = await xms(request);
      log('request', { method: request.method, answer: 'status' in answer ? answer.status : answer.kind });
      return answer;
    },
    (error) => log('request failed inside the simulator', { error: String(error) }),
  );

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      clock.cancelAll();
      work.abandon(new Error('The simulator was closed'));
      await Promise.all([callbacks.close(), server.close()]);
    })();
    return closing;
  };

  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    updatePlan(servicePlanId, changes) {
      const merged = { ...knownPlan(servicePlanId), ...changes };
      const present = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
      // An absent token does not pass the check.
      plans.set(servicePlanId, checkPlan({ ...(present as unknown as SimulatorPlan), servicePlanId }));
      delivery.rateChanged(servicePlanId);
    },
    setFault: truth.setFault,
    faults: truth.faults,
    accepted: truth.accepted,
    receive: truth.receive,
    messages: () => truth.messages(undefined),
    counts: truth.counts,
    requests: truth.requests,
    whenIdle: truth.whenIdle,
    whenCallbacksAnswered: () => callbacks.whenNoneInFlight(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
