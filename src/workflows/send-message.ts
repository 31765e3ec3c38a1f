/**
 * The workflow of one message: wiring over `message-state.ts`, which holds the rules. It may import only
 * `@temporalio/workflow` and `contract/`: the module is evaluated once for every run, and whatever it imports is part of
 * what must stay the same while runs of four days are open.
 */
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  isCancellation,
  metricMeter,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  TemporalFailure,
  TimeoutFailure,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { MessageActivities, PlanActivities, SendActivities } from '../contract/activities.ts';
import type { MessageRecord } from '../contract/campaign-event.ts';
import { type DeliveryReport, isDeliveryReport } from '../contract/delivery-report.ts';
import type { MessageOutcome, MessagePhase, MessageStatus } from '../contract/message-outcome.ts';
import type { SendMessageInput } from '../contract/message.ts';
import { METRICS } from '../contract/metrics.ts';
import {
  CANCEL_MESSAGE_SIGNAL,
  DELIVERY_REPORT_SIGNAL,
  HELD_STATUS,
  MESSAGE_STATUS_QUERY,
  SEARCH_ATTRIBUTE,
  sendQueueOf,
} from '../contract/names.ts';
import { markAsOurs } from '../contract/our-workflow.ts';
import { SEND_TIMEOUT_MS } from '../contract/send-timeouts.ts';
import {
  type FindOutcome,
  isOfContent,
  type Refusal,
  refusalOf,
  type ReportOutcome,
  type SendOutcome,
} from '../contract/send-outcome.ts';
import { explainMessage } from './explain-message.ts';
import { decisionsRecordOf, outcomeOf, recordOf, statusOf } from './message-record.ts';
import {
  type MessageInput,
  type MessageState,
  newMessageState,
  nextStep,
  reduceMessage,
  sendIsObsolete,
  wasSentOften,
} from './message-state.ts';

const deliveryReportSignal = defineSignal<[DeliveryReport]>(DELIVERY_REPORT_SIGNAL);
const cancelMessageSignal = defineSignal(CANCEL_MESSAGE_SIGNAL);
const messageStatusQuery = defineQuery<MessageStatus>(MESSAGE_STATUS_QUERY);

const statusAttribute = { name: SEARCH_ATTRIBUTE.status, type: 'KEYWORD' } as const;

/** What the timer of a wait is called in the Temporal UI, by the phase in which the message waits. */
const WAITS: Partial<Record<MessagePhase, string>> = {
  waiting_to_send: 'Pause before the next send',
  undecided: 'Pause before the next look at Sinch',
  accepted: 'Wait for the delivery report',
};

// The rules decide when to look again: a failed look is an answer to them.
const look = { startToCloseTimeout: '25s', retry: { maximumAttempts: 1 } } as const;
const { findMessage } = proxyActivities<Pick<MessageActivities, 'findMessage'>>({
  ...look,
  summary: 'Look for the message at Sinch',
});
const { findReport } = proxyActivities<Pick<MessageActivities, 'findReport'>>({
  ...look,
  summary: 'Look for the delivery report at Sinch',
});

const { planRefusal } = proxyActivities<Pick<PlanActivities, 'planRefusal'>>({
  startToCloseTimeout: '5s',
  retry: { maximumAttempts: 3 },
  summary: 'See why the plan sent nothing',
});

const { cancelBatch } = proxyActivities<Pick<MessageActivities, 'cancelBatch'>>({
  startToCloseTimeout: '25s',
  retry: { maximumAttempts: 5 },
  summary: 'Ask Sinch to cancel the batch',
});

const RECORD = 'recordCampaignEvents';
// Three short tries in the workflow's own process cost one history event; a store that is away is then waited for by
// the server, whose retries cost none. `scheduleToCloseTimeout` would not end a local activity that is backing off.
const quick = proxyLocalActivities<Pick<MessageActivities, typeof RECORD>>({
  startToCloseTimeout: '1500ms',
  retry: { maximumAttempts: 3, initialInterval: '200ms' },
});
const durable = proxyActivities<Pick<MessageActivities, typeof RECORD>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
  summary: 'Record the campaign events',
});

/** One message from its request to its final campaign event. Every business outcome completes the workflow. */
export async function sendMessage(message: SendMessageInput): Promise<MessageOutcome> {
  let state = newMessageState();
  let inputs = 0;
  let queuedSend: CancellationScope | undefined;

  function apply(input: MessageInput): void {
    const before = state;
    state = reduceMessage(message, state, input);
    count(message, before, state, input);
    inputs += 1;
    setCurrentDetails(explainMessage(message, state));
    if (sendIsObsolete(state)) queuedSend?.cancel();
  }

  setHandler(
    deliveryReportSignal,
    // A handler that throws would block the message for good.
    (report) =>
      apply(
        isDeliveryReport(report)
          ? { type: 'report', report, at: Date.now() }
          : { type: 'unreadable_report', at: Date.now() },
      ),
    { description: 'A delivery report, from the webhook' },
  );
  setHandler(cancelMessageSignal, () => apply({ type: 'cancel', at: Date.now() }), {
    description: 'Cancel the message where it is not too late',
  });
  setHandler(messageStatusQuery, () => statusOf(message, state, Date.now()), {
    description: 'Where the message stands, and why',
  });
  CancellationScope.current().cancelRequested.catch(() => apply({ type: 'cancel', at: Date.now() }));

  async function send(lifeLeftMs: number, isResend: boolean): Promise<SendOutcome> {
    const { send: post } = proxyActivities<SendActivities>({
      taskQueue: sendQueueOf(message.servicePlanId),
      scheduleToStartTimeout: lifeLeftMs,
      startToCloseTimeout: SEND_TIMEOUT_MS,
      // One execution is one attempt: what follows an attempt is decided here, where the past is known.
      retry: { maximumAttempts: 1 },
      // A send that runs has perhaps reached Sinch already: a cancellation waits for what it saw. Without the option
      // the SDK (1.24) does not wait, whatever its documentation says.
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary: `Send through plan ${message.servicePlanId}`,
    });
    queuedSend = new CancellationScope();
    try {
      return await queuedSend.run(() => post(message, isResend));
    } catch (error) {
      return await outcomeOfFailedSend(error, message.servicePlanId);
    } finally {
      queuedSend = undefined;
    }
  }

  async function run(): Promise<MessageOutcome> {
    for (;;) {
      apply({ type: 'time', at: Date.now() });
      const step = nextStep(message, state, Date.now());
      switch (step.do) {
        case 'send': {
          apply({ type: 'send_queued', at: Date.now() });
          const isResend = state.resends > 0;
          let outcome = await send(step.lifeLeftMs, isResend);
          // What the account may not at the moment says nothing of the send before. Until this patch it ended the message.
          if (isResend && outcome.kind === 'refused' && !isOfContent(outcome) && patched('doubt-refusals')) {
            outcome = { kind: 'unknown', ...refusalOf(outcome) };
          }
          apply({ type: 'send_ended', outcome, at: Date.now(), jitter: Math.random() });
          break;
        }
        case 'look_up': {
          const outcome = await unless(() => state.phase !== 'undecided', lookUp(message));
          // Messages that began before this patch were sent again without a limit.
          if (outcome) {
            const isLast = wasSentOften(state) && patched('limit-resends');
            apply({ type: 'looked', outcome, at: Date.now(), isLast });
          }
          break;
        }
        case 'look_for_report': {
          const outcome = await unless(() => state.end !== undefined, lookForReport(message, state.batchId));
          if (outcome) apply({ type: 'looked_for_report', outcome, at: Date.now() });
          break;
        }
        case 'record_decisions': {
          const { held, decisions } = state;
          if (held && message.statusAttribute !== false) {
            upsertSearchAttributes([{ key: statusAttribute, value: HELD_STATUS }]);
          }
          // Messages that began before this patch recorded what was decided with their end, unless they were held.
          if (held || patched('record-resend')) {
            // What ends the message meanwhile is recorded with all decisions, so that this need not be waited for.
            await unless(
              () => nextStep(message, state, Date.now()).do !== 'record_decisions',
              record(decisionsRecordOf(message, state)),
            );
          }
          apply({ type: 'decisions_recorded', count: decisions.length, at: Date.now() });
          break;
        }
        case 'cancel_batch': {
          apply({ type: 'batch_cancel_sent', at: Date.now() });
          const asked = await unless(() => state.end !== undefined, askToCancel(message, state.batchId));
          if (asked === false) apply({ type: 'batch_cancel_failed', at: Date.now() });
          break;
        }
        case 'wait': {
          const seen = inputs;
          const summary = WAITS[state.phase];
          await condition(
            () => inputs !== seen,
            Math.max(step.until - Date.now(), 1),
            summary === undefined ? {} : { summary },
          );
          break;
        }
        case 'close': {
          const late = state.lateReports.length;
          await record(recordOf(message, state, step.end));
          // A contradicting report may have come while recording; the record is idempotent, so it is written again.
          if (state.lateReports.length > late) break;
          if (message.statusAttribute !== false) {
            upsertSearchAttributes([{ key: statusAttribute, value: step.end.status }]);
          }
          return outcomeOf(state, step.end);
        }
      }
    }
  }

  // Temporal's own cancellation is an input like the signal: recording must happen all the same.
  return await CancellationScope.nonCancellable(run);
}

markAsOurs(sendMessage, 'temporal-sinch/sendMessage');

/**
 * The result, or `undefined` as soon as `isSettled`: what Sinch is being asked may take a minute, and a report that
 * settles the question meanwhile is recorded at once.
 */
async function unless<T>(isSettled: () => boolean, asked: Promise<T>): Promise<T | undefined> {
  const waiting = new CancellationScope();
  try {
    return await Promise.race([asked, waiting.run(() => condition(isSettled)).then(() => undefined)]);
  } finally {
    waiting.cancel();
  }
}

async function lookForReport(message: SendMessageInput, batchId: string | undefined): Promise<ReportOutcome> {
  try {
    return await findReport(message, batchId ?? null);
  } catch (error) {
    return { kind: 'failed', comment: causeOf(error) };
  }
}

/** Counts what the store does not tell as fast: what policies decided, and what looks at Sinch brought back. */
function count(message: SendMessageInput, before: MessageState, after: MessageState, input: MessageInput): void {
  const { servicePlanId } = message;
  for (const { policy } of after.decisions.slice(before.decisions.length)) {
    counter('sinch_unknown_outcomes_total').add(1, { servicePlanId, policy });
  }
  const isLook = input.type === 'looked' || input.type === 'looked_for_report';
  const isProof = after.acceptedAt !== undefined && before.acceptedAt === undefined;
  const isReport = after.lastReportStatus !== undefined && before.lastReportStatus === undefined;
  if (isLook && (isProof || isReport)) {
    counter('sinch_recovered_total').add(1, { servicePlanId, what: isReport ? 'report' : 'acceptance' });
  }
}

function counter(
  name: 'sinch_unknown_outcomes_total' | 'sinch_recovered_total',
): ReturnType<typeof metricMeter.createCounter> {
  return metricMeter.createCounter(name, undefined, METRICS[name].help);
}

async function lookUp(message: SendMessageInput): Promise<FindOutcome> {
  try {
    return await findMessage(message);
  } catch (error) {
    return { kind: 'failed', comment: causeOf(error) };
  }
}

/** @returns whether Sinch was asked; it has the message, so its report decides in either case. */
async function askToCancel(message: SendMessageInput, batchId: string | undefined): Promise<boolean> {
  try {
    await cancelBatch(message, batchId ?? null);
    return true;
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return false;
  }
}

async function record(messageRecord: MessageRecord): Promise<void> {
  try {
    await quick[RECORD](messageRecord);
  } catch (error) {
    // Also a cancellation, which can only be that of a worker that shuts down: the record is still to be written.
    if (!(error instanceof TemporalFailure)) throw error;
    await durable[RECORD](messageRecord);
  }
}

/** What a send that did not return tells: never dispatched is known; all else may have reached Sinch. */
async function outcomeOfFailedSend(error: unknown, servicePlanId: string): Promise<SendOutcome> {
  // A running send does not notice a cancellation and returns what it saw, so a cancelled one never started.
  if (isCancellation(error)) return { kind: 'not_dispatched' };
  if (!(error instanceof ActivityFailure)) throw error;
  if (error.cause instanceof TimeoutFailure && error.cause.timeoutType === 'SCHEDULE_TO_START') {
    return { kind: 'not_dispatched', ...(await whyNotSent(servicePlanId)) };
  }
  if (neverBegan(error.cause)) return { kind: 'not_accepted', error: 'send_unreadable', comment: causeOf(error) };
  return { kind: 'unknown', interrupted: true, error: 'send_interrupted', comment: causeOf(error) };
}

/**
 * Whether the worker could not read what it was to send, as one that has not got a new encryption key yet: the SDK
 * (1.24) decodes the arguments before it calls the activity. Should it word that otherwise one day, it counts as unknown.
 */
function neverBegan(cause: unknown): boolean {
  return cause instanceof ApplicationFailure && cause.message.startsWith('Failed to parse activity args');
}

/** What Sinch refuses the plan with; nothing where the plan is not held, or that cannot be found out. */
async function whyNotSent(servicePlanId: string): Promise<Refusal> {
  try {
    return (await planRefusal(servicePlanId)) ?? {};
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return {};
  }
}

function causeOf(error: unknown): string {
  if (!(error instanceof ActivityFailure)) throw error;
  if (error.cause instanceof TimeoutFailure) return `The activity ran into its ${error.cause.timeoutType} time-out`;
  return error.cause?.message ?? error.message;
}
