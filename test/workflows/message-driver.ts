import assert from 'node:assert/strict';
import type { CampaignEventPhase, CampaignEventStatus, LateReport } from '../../src/contract/campaign-event.ts';
import type { DeliveryReport } from '../../src/contract/delivery-report.ts';
import { type SendMessageInput, unknownOutcomePolicyOf } from '../../src/contract/message.ts';
import type { FindOutcome, ReportOutcome, SendOutcome } from '../../src/contract/send-outcome.ts';
import { recordOf } from '../../src/workflows/message-record.ts';
import {
  type MessageInput,
  type MessageState,
  newMessageState,
  nextStep,
  reduceMessage,
  sendIsObsolete,
  wasSentOften,
} from '../../src/workflows/message-state.ts';

/** What happens to a message from outside, in the order in which it happens. */
export type Incident =
  | { what: 'report'; report: DeliveryReport }
  | { what: 'cancel' }
  /** Time passes, at most until the message does something by itself. */
  | { what: 'time'; ms: number }
  /** The activity that is under way ends; nothing where none is. */
  | { what: 'activity_ends' };

/** One message's fate: everything in it that is not the rules' own decision. */
export interface Fate {
  message: SendMessageInput;
  incidents: readonly Incident[];
  /** What the sends come to, in order; then `not_accepted`. */
  sends: readonly SendOutcome[];
  /** What the looks come to, in order; then `absent`. */
  looks: readonly FindOutcome[];
  /** What the last looks for a report come to, in order; then `none`. */
  reportLooks: readonly ReportOutcome[];
  jitter: number;
}

/** What the rules made of it. */
export interface Driven {
  state: MessageState;
  /** What a store would hold. */
  store: ReadonlyMap<CampaignEventPhase, CampaignEventStatus>;
  skipped: boolean;
  closed: boolean;
}

/** More than any message can need: 72 hours of sends every five minutes are 864. */
const MOST_STEPS = 5_000;

/**
 * Drives the rules as the workflow drives them, with incidents between any two of its steps, and checks what must hold
 * at every one. `most` ends it in the middle, after so many incidents; else it goes on to the end.
 */
export function drive(fate: Fate, most = Infinity): Driven {
  const { message, incidents, jitter } = fate;
  const sends = [...fate.sends];
  const looks = [...fate.looks];
  const reportLooks = [...fate.reportLooks];
  let now = Date.parse(message.requestedAt);
  let state = newMessageState();
  let coming = 0;
  let mayHaveIt = false;
  let reported = false;
  let looked = false;
  let skipped = false;
  const store = new Map<CampaignEventPhase, CampaignEventStatus>();

  function write(phase: CampaignEventPhase, status: CampaignEventStatus): void {
    assert.equal(store.get(phase) ?? status, status, `a second ${phase} event of another status`);
    if (phase === 'final') assert.equal(store.get('admission'), 'enqueued', `${status} without enqueued before it`);
    store.set(phase, status);
  }

  function apply(input: MessageInput): void {
    // A rule that changed what it is given would throw here.
    const before = Object.freeze({ ...state, lateReports: Object.freeze(state.lateReports) as LateReport[] });
    state = reduceMessage(message, before, input);
    const isEnd = !['waiting_to_send', 'undecided', 'accepted'].includes(state.phase);
    assert.equal(state.end !== undefined, isEnd, `phase ${state.phase} with end ${JSON.stringify(state.end)}`);
    if (state.end) assert.equal(state.end.status, state.phase, 'the end and the phase agree');
    if (before.end) assert.deepEqual(state.end, before.end, 'an end stays as it was');
    if (input.type === 'report' && input.report.integrationId === message.integrationId) mayHaveIt = reported = true;
    if (input.type === 'looked' && input.outcome.kind === 'absent') looked = true;
  }

  /** Lets one incident happen; `false` where there is none left. `until`: when the message goes on by itself. */
  function happen(until: number): boolean {
    const incident = coming < most ? incidents[coming] : undefined;
    if (incident === undefined) return false;
    coming += 1;
    if (incident.what === 'time') now = Math.min(now + incident.ms, until);
    if (incident.what === 'report') apply({ type: 'report', report: incident.report, at: now });
    if (incident.what === 'cancel') apply({ type: 'cancel', at: now });
    return true;
  }

  /** Incidents during an activity, until it ends; `false` where the drive ends first. */
  function duringActivity(longestMs: number): boolean {
    const latest = now + longestMs;
    while (incidents[coming]?.what !== 'activity_ends') {
      if (!happen(latest)) return most === Infinity;
    }
    return happen(latest);
  }

  const result = (closed: boolean): Driven => ({ state, store, skipped, closed });
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    apply({ type: 'time', at: now });
    const step = nextStep(message, state, now);
    switch (step.do) {
      case 'send': {
        if (mayHaveIt) {
          assert.equal(
            unknownOutcomePolicyOf(message),
            'resend',
            'a send although Sinch has the message or may have it',
          );
          assert.equal(reported, false, 'a send although a report has proved the message');
          assert.ok(looked, 'a second send without a look that found nothing');
        }
        assert.equal(state.phase, 'waiting_to_send');
        assert.ok(step.lifeLeftMs >= 10_000, `a send with ${step.lifeLeftMs} ms of life left`);
        apply({ type: 'send_queued', at: now });
        const latest = now + step.lifeLeftMs;
        if (!duringActivity(step.lifeLeftMs)) return result(false);
        let outcome: SendOutcome = sends.shift() ?? { kind: 'not_accepted', statusCode: 503 };
        // A send leaves the queue too late only when its time is over or it is taken back.
        if (outcome.kind === 'not_dispatched' && !sendIsObsolete(state)) now = latest;
        if (outcome.kind === 'accepted') {
          outcome = { ...outcome, at: new Date(now).toISOString() };
          if (outcome.recorded) write('admission', 'enqueued');
        }
        if (outcome.kind === 'accepted' || outcome.kind === 'unknown') mayHaveIt = true;
        if (outcome.kind === 'unknown') looked = false;
        apply({ type: 'send_ended', outcome, at: now, jitter });
        break;
      }
      case 'look_up': {
        assert.equal(state.phase, 'undecided');
        if (!duringActivity(25_000)) return result(false);
        const outcome = looks.shift() ?? { kind: 'absent' };
        if (outcome.kind === 'found' && outcome.recorded) {
          // A look may find the message only after its end: then the end has to be one of an accepted message.
          if (state.end && state.acceptedAt === undefined) break;
          write('admission', 'enqueued');
        }
        apply({ type: 'looked', outcome, at: now, isLast: wasSentOften(state) });
        break;
      }
      case 'look_for_report': {
        assert.equal(state.phase, 'accepted');
        assert.equal(message.reportsExpected, true, 'no look for a report that is not expected');
        if (!duringActivity(25_000)) return result(false);
        apply({ type: 'looked_for_report', outcome: reportLooks.shift() ?? { kind: 'none' }, at: now });
        break;
      }
      case 'record_decisions': {
        assert.ok(state.held || state.phase === 'accepted');
        const { length: count } = state.decisions;
        if (!duringActivity(1_500)) return result(false);
        apply({ type: 'decisions_recorded', count, at: now });
        break;
      }
      case 'cancel_batch':
        assert.equal(state.phase, 'accepted');
        assert.equal(state.cancelSent, false, 'Sinch is asked once');
        apply({ type: 'batch_cancel_sent', at: now });
        if (!duringActivity(120_000)) return result(false);
        break;
      case 'wait':
        assert.ok(Number.isFinite(step.until), 'no wait without an end');
        if (happen(step.until)) break;
        if (most !== Infinity) return result(false);
        now = Math.max(step.until, now + 1);
        break;
      case 'close': {
        assert.equal(state.sending, false, 'no message ends while its send is under way');
        const late = state.lateReports.length;
        const record = recordOf(message, state, step.end);
        for (const { phase, status } of record.events) write(phase, status);
        skipped = record.skipped !== undefined;
        if (!duringActivity(1_500)) return result(false);
        if (state.lateReports.length === late) return result(true);
        break;
      }
    }
  }
  throw new assert.AssertionError({ message: `the message did not end within ${MOST_STEPS} steps` });
}
