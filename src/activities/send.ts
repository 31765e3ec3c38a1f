import { Context } from '@temporalio/activity';
import type { SendActivities } from '../contract/activities.ts';
import { workflowIdOf } from '../contract/identity.ts';
import type { SendMessageInput } from '../contract/message.ts';
import { NOT_SINCH, type Refusal, refusalOf, type SendOutcome } from '../contract/send-outcome.ts';
import { METRICS } from '../contract/metrics.ts';
import { reasonOf } from '../contract/reason.ts';
import { LEAST_LIFE_MS, NOTE_TIMEOUT_MS, SEND_TIMEOUT_MS, SUBMIT_TIMEOUT_MS } from '../contract/send-timeouts.ts';
import type { Integration } from '../settings/index.ts';
import type { FaultDecision, PlanFaults } from '../plans/index.ts';
import type { SinchClient, SubmitOutcome } from '../sinch/index.ts';
import { withDeadline } from '../timing/index.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { findAtSinch } from './find-at-sinch.ts';
import { integrationOfMessage } from './message-integration.ts';
import { noteAcceptance } from './note-acceptance.ts';

/** How long the settings may take, in milliseconds: an attempt that waits for them to its end would count as unknown. */
const SETTINGS_TIMEOUT_MS = 3_000;

/**
 * How long after the process went on attempts are given back unsent, in milliseconds: by then all that had waited for it
 * has come in. The server may have given such an attempt up already, and another may have followed.
 */
const DOUBTFUL_AFTER_RESUMING_MS = 3_000;

/** How long the look before a message is sent again may take, in milliseconds. */
const LOOK_TIMEOUT_MS = 5_000;

const FAULTS = 'sinch_integration_faults_total';

/** How long finding out whether a fault is the plan's, and holding it, may take, in milliseconds. */
const HOLD_TIMEOUT_MS = 5_000;

/** What the send activity needs beside what all activities need. */
export interface SendDependencies extends ActivityDependencies {
  /**
   * Waits for this process's next slot of the plan.
   * @returns `false` where the worker is shutting down: then nothing is sent.
   */
  turn(servicePlanId: string, signal: AbortSignal): Promise<boolean>;
  /** What this process knows of the plan's faults. */
  faults: PlanFaults;
  /** When this process last went on after standing still, in milliseconds since 1970; see `watchSuspension`. */
  resumedAt(): number | undefined;
}

/**
 * One execution is one attempt and returns what it saw. Before the POST every failure is known not to have sent
 * anything; after it nothing but the POST's own answer counts.
 */
export function createSendActivities(deps: SendDependencies): SendActivities {
  return {
    async send(message, isResend = false) {
      const began = Date.now();
      if (began - (deps.resumedAt() ?? -Infinity) < DOUBTFUL_AFTER_RESUMING_MS) {
        return notSent(
          'worker_stalled',
          'The worker stood still, and so may have got this attempt long after its time',
        );
      }
      const { cancellationSignal, info } = Context.current();
      // A run whose time was skipped ahead schedules in the future: its clock is then the later of the two.
      const now = (): number => Math.max(Date.now(), info.currentAttemptScheduledTimestampMs);

      const integration = await loadIntegration(deps, message);
      if ('kind' in integration) return integration;
      const sinch = clientFor(deps, integration);
      if ('kind' in sinch) return sinch;
      const known = isResend ? await lookOnceMore(deps, integration, message) : undefined;
      if (known) return known;
      // Also of a message from before the plan was corrected: the throughput is that of the plan it goes through.
      if (!(await deps.turn(integration.servicePlanId, cancellationSignal))) {
        return notSent('worker_shutdown', 'The worker was shutting down before the message was sent');
      }
      // A process that was suspended may be so late that the server has given this attempt up already.
      if (Date.now() - began > SEND_TIMEOUT_MS - SUBMIT_TIMEOUT_MS - NOTE_TIMEOUT_MS) {
        return notSent('send_too_late', 'Too little of the time for one attempt was left to send');
      }
      const fault = deps.faults.recent(integration.id);
      if (fault) return { kind: 'integration_fault', ...fault.refusal, held: fault.held };
      const lifeLeftMs = Date.parse(message.expiresAt) - now();
      if (lifeLeftMs < LEAST_LIFE_MS) return { kind: 'not_dispatched' };

      // Without the activity's signal: a POST that is aborted when a worker shuts down would be sent twice.
      const submitted = await sinch.submit({
        clientReference: workflowIdOf(message),
        recipient: message.recipient,
        ...(message.sender === undefined ? {} : { sender: message.sender }),
        content: message.content,
        maxParts: message.maxParts,
        ...(integration.callbackUrl === undefined ? {} : { callbackUrl: integration.callbackUrl }),
        expireAt: new Date(Date.now() + lifeLeftMs).toISOString(),
      });
      if (submitted.kind === 'integration_fault') return faulted(deps, message, submitted);
      if (submitted.kind === 'unknown' && submitted.error === NOT_SINCH) {
        // Whoever answers in the place of Sinch would answer the next message too, and each would be one to look for.
        await decideOn(deps, message, submitted);
      }
      if (submitted.kind !== 'accepted') return submitted;
      deps.faults.accepted(integration.id);
      const { batchId } = submitted;
      const at = new Date(now()).toISOString();
      const recorded = await noteAcceptance(deps, message, at, batchId);
      return { kind: 'accepted', at, recorded, ...(batchId === undefined ? {} : { batchId }) };
    },
  };
}

/** Whether Sinch shows the message by now, or cannot tell: in either case it is not sent again. */
async function lookOnceMore(
  deps: SendDependencies,
  integration: Integration,
  message: SendMessageInput,
): Promise<SendOutcome | undefined> {
  const shown = await withDeadline(LOOK_TIMEOUT_MS, (signal) => findAtSinch(deps, integration, message, signal)).catch(
    (error: unknown) => ({ kind: 'failed' as const, comment: reasonOf(error) }),
  );
  if (shown.kind === 'absent') return undefined;
  if (shown.kind === 'failed') {
    return notSent('look_failed', `Sinch could not tell whether it has the message by now: ${shown.comment ?? ''}`);
  }
  const { at, batchId } = shown;
  const recorded = await noteAcceptance(deps, message, at, batchId);
  return { kind: 'accepted', at, recorded, ...(batchId === undefined ? {} : { batchId }) };
}

/**
 * What becomes of a message whose answer blames its integration: it goes back to the queue, which may be held. Where it is
 * the only one to be answered so, again and again, the answer is one to it: by a word of Sinch's it is refused, and by
 * anything else it waits by itself.
 */
async function faulted(
  deps: SendDependencies,
  message: SendMessageInput,
  outcome: Extract<SubmitOutcome, { kind: 'integration_fault' }>,
): Promise<SendOutcome> {
  const decision = await decideOn(deps, message, outcome);
  if (decision !== 'alone_again') return { ...outcome, held: decision === 'held' };
  if (isSinchsWord(outcome)) return { ...outcome, kind: 'refused' };
  return {
    ...outcome,
    held: false,
    comment: [outcome.comment, 'Other messages of the plan are taken meanwhile, so that this one is tried by itself']
      .filter((part) => part !== undefined)
      .join('. '),
  };
}

/** Whether the code is one of Sinch's: those of ours are of answers without a word of its own. */
function isSinchsWord({ statusCode, error }: Refusal): boolean {
  return statusCode !== undefined && error !== undefined && error !== NOT_SINCH && error !== 'redirected';
}

/** Holds the plan where it is to blame. */
async function decideOn(
  { faults, log }: SendDependencies,
  message: SendMessageInput,
  seen: Refusal,
): Promise<FaultDecision> {
  const { servicePlanId, integrationId } = message;
  const refusal = refusalOf(seen);
  Context.current()
    .metricMeter.createCounter(FAULTS, undefined, METRICS[FAULTS].help)
    .add(1, { servicePlanId, status: String(refusal.statusCode ?? '') });
  try {
    return await withDeadline(HOLD_TIMEOUT_MS, () =>
      faults.faulted({ workflowId: workflowIdOf(message), integrationId }, refusal),
    );
  } catch (error) {
    log.error(
      {
        servicePlanId,
        statusCode: refusal.statusCode,
        error: reasonOf(error),
      },
      'Sinch refuses the integration, and its plan could not be held; each message is tried again by itself',
    );
    return 'alone';
  }
}

/** The integration as it is now, or why nothing can be sent through it. */
async function loadIntegration(
  deps: ActivityDependencies,
  message: SendMessageInput,
): Promise<Integration | SendOutcome> {
  let asked: Awaited<ReturnType<typeof integrationOfMessage>>;
  try {
    asked = await withDeadline(SETTINGS_TIMEOUT_MS, () => integrationOfMessage(deps.settings, message));
  } catch (error) {
    const why = reasonOf(error);
    return notSent('settings_unavailable', `Integration ${message.integrationId} could not be read: ${why}`);
  }
  if ('why' in asked) return { kind: 'integration_fault', error: 'integration_not_found', comment: asked.why };
  const { integration } = asked;
  if (!integration.enabled) {
    return {
      kind: 'integration_fault',
      error: 'integration_disabled',
      comment: `Integration ${message.integrationId} is disabled`,
    };
  }
  return integration;
}

/** The client, or why there is none: its address is wrong, or the process has closed its connections. */
function clientFor(deps: ActivityDependencies, integration: Integration): SinchClient | SendOutcome {
  try {
    return deps.sinch(integration);
  } catch (error) {
    const why = reasonOf(error);
    return notSent('sinch_unavailable', `No request can be made through integration ${integration.id}: ${why}`);
  }
}

function notSent(error: string, comment: string): SendOutcome {
  return { kind: 'not_accepted', error, comment };
}
