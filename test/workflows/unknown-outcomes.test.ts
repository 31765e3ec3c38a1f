import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindOutcome } from '../../src/contract/send-outcome.ts';
import { recordOf } from '../../src/workflows/message-record.ts';
import { nextStep } from '../../src/workflows/message-state.ts';
import { sampleMessage } from '../helpers/messages.ts';
import {
  ACCEPTED,
  cancelled,
  DAY,
  HOUR,
  isoAt,
  looked,
  lookedForReport,
  message,
  MINUTE,
  NOT_ACCEPTED,
  queued,
  reported,
  reportOf,
  SECOND,
  sent,
  START,
  stateAfter,
  stepAfter,
  time,
  UNKNOWN,
} from './message-inputs.ts';

const ABSENT: FindOutcome = { kind: 'absent' };
const FAILED: FindOutcome = { kind: 'failed', statusCode: 503 };
const password = sampleMessage({ priority: 1 });

/** Sent without a clear answer, and not to be seen at Sinch once it had time to settle. */
const absent = [queued(), sent(UNKNOWN), looked(ABSENT, 61 * SECOND)];

test('a password is sent again, an ordinary message is held; a message may say otherwise', () => {
  for (const [priority, phase] of [
    [1, 'waiting_to_send'],
    [2, 'waiting_to_send'],
    [3, 'undecided'],
    [5, 'undecided'],
  ] as const) {
    assert.equal(stateAfter(sampleMessage({ priority }), ...absent).phase, phase, `priority ${priority}`);
  }
  assert.equal(stateAfter(sampleMessage({ priority: 1, onUnknownOutcome: 'hold' }), ...absent).held, true);
  const resend = sampleMessage({ onUnknownOutcome: 'resend' });
  assert.equal(stepAfter(resend, 61 * SECOND, ...absent).do, 'send');
});

test('nothing is sent again before Sinch had time to show the message, nor on the word of a look that failed', () => {
  const hasty = sampleMessage({ priority: 1, settleMs: 30 * SECOND });
  assert.equal(stateAfter(hasty, queued(), sent(UNKNOWN), looked(ABSENT, 30 * SECOND)).phase, 'undecided');
  assert.equal(stateAfter(hasty, queued(), sent(UNKNOWN), looked(FAILED, HOUR)).phase, 'undecided');
  assert.equal(stateAfter(hasty, queued(), sent(UNKNOWN), looked(ABSENT, 31 * SECOND)).phase, 'waiting_to_send');
});

test('after an attempt that gave no answer at all, its own deadline has to be over', () => {
  const hasty = sampleMessage({ priority: 1, settleMs: 0 });
  const interrupted = sent({ kind: 'unknown', interrupted: true, error: 'send_interrupted' });
  assert.equal(stateAfter(hasty, queued(), interrupted, looked(ABSENT, 15 * SECOND)).phase, 'undecided');
  assert.equal(stateAfter(hasty, queued(), interrupted, looked(ABSENT, 16 * SECOND)).phase, 'waiting_to_send');
  assert.equal(stateAfter(hasty, queued(), sent(UNKNOWN), looked(ABSENT, SECOND)).phase, 'waiting_to_send');
});

test('a look comes exactly when the time to settle is over', () => {
  const looks = [3, 7, 15, 31].map((second) => looked(ABSENT, second * SECOND));
  const state = stateAfter(password, queued(), sent(UNKNOWN), ...looks);
  assert.deepEqual(nextStep(password, state, START + 31 * SECOND), { do: 'wait', until: START + 61 * SECOND });
});

test('a report while the second send is queued takes it back: nothing is sent again', () => {
  const state = stateAfter(password, ...absent, queued(62 * SECOND), reported(reportOf('Dispatched'), 63 * SECOND));
  assert.equal(state.phase, 'accepted');
  const ended = stateAfter(
    password,
    ...absent,
    queued(62 * SECOND),
    reported(reportOf('Delivered'), 63 * SECOND),
    sent({ kind: 'not_dispatched' }, 64 * SECOND),
  );
  assert.equal(ended.end?.status, 'delivered');
  assert.equal(ended.attempts, 1);
});

test('a second send that is accepted waits a whole window for its report', () => {
  const state = stateAfter(password, ...absent, queued(MINUTE), sent(ACCEPTED, HOUR));
  assert.equal(state.windowEndsAt, START + HOUR + 4 * DAY);
});

test('a second send without a clear answer is looked for like the first', () => {
  const again = [...absent, queued(62 * SECOND), sent(UNKNOWN, 63 * SECOND)];
  assert.equal(stateAfter(password, ...again).phase, 'undecided');
  assert.equal(stateAfter(password, ...again, looked(ABSENT, 100 * SECOND)).phase, 'undecided');
  assert.equal(stateAfter(password, ...again, looked(ABSENT, 124 * SECOND)).phase, 'waiting_to_send');
});

test('a message that may have been accepted is held, not expired and not skipped, when its second send never leaves', () => {
  const again = [...absent, queued(62 * SECOND)];
  const neverLeft = sent({ kind: 'not_dispatched' }, 73 * HOUR);
  for (const inputs of [
    [...again, neverLeft],
    [...again, cancelled(64 * SECOND), neverLeft],
    [...again, cancelled(63 * SECOND), sent(NOT_ACCEPTED, 64 * SECOND)],
    [...again, sent(NOT_ACCEPTED, 64 * SECOND), looked(ABSENT, 73 * HOUR)],
    [...again, sent(NOT_ACCEPTED, 64 * SECOND), cancelled(65 * SECOND), looked(ABSENT, 66 * SECOND)],
  ]) {
    const held = stateAfter(password, ...inputs);
    assert.equal(held.end, undefined);
    assert.equal(held.held, true);
    assert.equal(stateAfter(password, ...inputs, reported(reportOf('Delivered'), 74 * HOUR)).end?.status, 'delivered');
  }
});

test('a message whose second send Sinch refuses ends with that code: being the same, the first was not accepted either', () => {
  const refused = [...absent, queued(62 * SECOND), sent({ kind: 'refused', statusCode: 400 }, 63 * SECOND)];
  const { end } = stateAfter(password, ...refused);
  assert.deepEqual([end?.status, end?.statusCode], ['enqueue_failed', 400]);
});

test('before a message is sent a third time, since Sinch did not take the second, it is looked for once more', () => {
  const slow = { kind: 'not_accepted', statusCode: 503, retryAfterMs: HOUR } as const;
  const waiting = stateAfter(password, ...absent, queued(62 * SECOND), sent(slow, 63 * SECOND));
  const step = nextStep(password, waiting, START + 64 * SECOND);
  assert.ok(step.do === 'wait' && step.until >= START + HOUR, JSON.stringify(step));
  const inputs = [...absent, queued(62 * SECOND), sent(slow, 63 * SECOND)];
  assert.equal(stepAfter(password, 2 * HOUR, ...inputs).do, 'look_up');
  const found = looked({ kind: 'found', at: isoAt(SECOND), recorded: true }, 2 * HOUR);
  assert.equal(stateAfter(password, ...inputs, found).phase, 'accepted');
  assert.equal(stepAfter(password, 2 * HOUR, ...inputs, looked(ABSENT, 2 * HOUR)).do, 'send');
});

test('a message that is to be sent again is, also where the time to wait for its report is over meanwhile', () => {
  const shortly = sampleMessage({ priority: 1, reportWindowMs: 2 * MINUTE });
  const late = [
    queued(),
    sent(UNKNOWN),
    looked(FAILED, MINUTE),
    looked(FAILED, 3 * MINUTE),
    looked(ABSENT, 5 * MINUTE),
  ];
  assert.equal(stepAfter(shortly, 5 * MINUTE, ...late).do, 'send');
  const slow = { kind: 'not_accepted', statusCode: 503, retryAfterMs: HOUR } as const;
  const again = [...absent, queued(62 * SECOND), sent(slow, 63 * SECOND), looked(ABSENT, 2 * HOUR)];
  assert.equal(stepAfter(shortly, 2 * HOUR, ...again).do, 'send');
  assert.equal(stateAfter(shortly, ...again.slice(0, -1), looked(ABSENT, 73 * HOUR)).end?.error, 'outcome_unknown');
  const held = { ...shortly, onUnknownOutcome: 'hold' } as const;
  assert.equal(stateAfter(held, ...late).end?.error, 'outcome_unknown');
});

test('nothing is given up before an attempt that gave no answer has had its time, however short the wait for a report', () => {
  const hasty = sampleMessage({ reportWindowMs: 30 * SECOND });
  const looks = [queued(), sent(UNKNOWN), looked(ABSENT, 31 * SECOND)];
  assert.equal(stateAfter(hasty, ...looks).end, undefined);
  assert.equal(stateAfter(hasty, ...looks, looked(ABSENT, 61 * SECOND)).end?.error, 'outcome_unknown');
});

test('a look that failed is soon made again while it keeps a message from being sent, and seldom once that is held', () => {
  const failing = (count: number, everyMs: number) =>
    Array.from({ length: count }, (_, index) => looked(FAILED, (index + 1) * everyMs));
  const pauseAfter = (inputs: ReturnType<typeof failing>): number => {
    const state = stateAfter(password, queued(), sent(UNKNOWN), ...inputs);
    return state.lookAt - (inputs.at(-1)?.at ?? 0);
  };
  assert.equal(pauseAfter(failing(59, MINUTE)), MINUTE);
  assert.equal(pauseAfter(failing(60, MINUTE)), 10 * MINUTE);
  assert.equal(pauseAfter(failing(500, 10 * MINUTE)), 10 * MINUTE);
  const held = stateAfter(message, ...absent, ...failing(20, HOUR));
  assert.equal(held.lookAt - (START + 20 * HOUR), 6 * HOUR);
});

test('a message whose life is over, or that was cancelled, is held and not sent again', () => {
  const old = sampleMessage({ priority: 1, expiresAt: isoAt(60 * SECOND) });
  assert.equal(stateAfter(old, ...absent).held, true);
  const cancelledWhileUnknown = [queued(), sent(UNKNOWN), cancelled(2 * SECOND), looked(ABSENT, 61 * SECOND)];
  assert.equal(stateAfter(password, ...cancelledWhileUnknown).held, true);
});

test('what was decided is recorded before the message ends, and with its end', () => {
  const held = stateAfter(message, ...absent);
  assert.deepEqual(nextStep(message, held, START + 61 * SECOND), { do: 'record_decisions' });
  const decision = { policy: 'hold', campaignId: 'welcome', at: isoAt(61 * SECOND) };
  assert.deepEqual(held.decisions, [decision]);
  const ended = stateAfter(message, ...absent, reported(reportOf('Delivered'), HOUR));
  assert.ok(ended.end);
  assert.deepEqual(recordOf(message, ended, ended.end).unknownOutcomes, [decision]);
});

test('that a message was sent again is recorded when Sinch has it, once, and never delays a send or a cancellation', () => {
  const again = [...absent, queued(62 * SECOND)];
  const at = 63 * SECOND;
  assert.equal(stepAfter(password, 62 * SECOND, ...absent).do, 'send');
  assert.equal(stepAfter(password, at, ...again, sent(NOT_ACCEPTED, at)).do, 'wait');
  const accepted = [...again, sent(ACCEPTED, at)];
  assert.equal(stepAfter(password, at, ...accepted).do, 'record_decisions');
  assert.equal(stepAfter(password, at, ...accepted, cancelled(at)).do, 'cancel_batch');
  assert.equal(stepAfter(password, at, ...accepted, reported(reportOf('Delivered'), at)).do, 'close');
  const recorded = { type: 'decisions_recorded', count: 1, at: START + at } as const;
  assert.equal(stepAfter(password, at, ...accepted, recorded).do, 'wait');
});

test('each policy is counted once for a message, however often it decided', () => {
  let inputs = [...absent];
  for (const round of [1, 2, 3]) {
    const at = round * 5 * MINUTE;
    inputs = [...inputs, queued(at), sent(UNKNOWN, at), looked(ABSENT, at + 61 * SECOND)];
  }
  const state = stateAfter(password, ...inputs);
  assert.equal(state.resends, 4);
  assert.deepEqual(state.decisions, [{ policy: 'resend', campaignId: 'welcome', at: isoAt(61 * SECOND) }]);
});

test('a look that finds the report too ends the message with it', () => {
  const report = reportOf('Failed', { statusCode: 150 });
  const found = looked({ kind: 'found', at: isoAt(SECOND), recorded: false, report }, 10 * SECOND);
  const state = stateAfter(message, queued(), sent(UNKNOWN), found);
  assert.equal(state.end?.status, 'failed');
  assert.equal(state.end?.statusCode, 150);
});

test('before a message counts as one without a report, Sinch is asked for it once more', () => {
  const over = [queued(), sent(ACCEPTED), time(4 * DAY + SECOND)];
  assert.equal(stepAfter(message, 4 * DAY + SECOND, ...over).do, 'look_for_report');
  const found = lookedForReport({ kind: 'report', report: reportOf('Delivered') });
  assert.equal(stateAfter(message, ...over, found).end?.status, 'delivered');
  assert.equal(stateAfter(message, ...over, lookedForReport()).end?.error, 'no_delivery_report');
  const intermediate = lookedForReport({ kind: 'report', report: reportOf('Dispatched') });
  assert.equal(stateAfter(message, ...over, intermediate).end?.error, 'no_delivery_report');
});

test('a last look that fails is repeated for a day, and a report that comes meanwhile counts', () => {
  const failed = (ms: number) => lookedForReport({ kind: 'failed', statusCode: 503 }, ms);
  const over = [queued(), sent(ACCEPTED), time(4 * DAY + SECOND)];
  const state = stateAfter(message, ...over, failed(4 * DAY + 2 * SECOND));
  assert.equal(state.phase, 'accepted');
  assert.equal(nextStep(message, state, START + 4 * DAY + 2 * SECOND).do, 'wait');
  const reportedLate = reported(reportOf('Delivered'), 4 * DAY + HOUR);
  assert.equal(stateAfter(message, ...over, failed(4 * DAY + 2 * SECOND), reportedLate).end?.status, 'delivered');
  assert.equal(stateAfter(message, ...over, failed(5 * DAY + 2 * SECOND)).end?.error, 'no_delivery_report');
});

test('of a held message too the end waits for a look', () => {
  const held = [...absent, { type: 'decisions_recorded', count: 1, at: START + 62 * SECOND } as const];
  const end = 4 * DAY + SECOND;
  assert.equal(stepAfter(message, end, ...held, looked(FAILED, DAY), time(end)).do, 'look_up');
  assert.equal(stateAfter(message, ...held, looked(FAILED, end)).end, undefined);
  assert.equal(stateAfter(message, ...held, looked(FAILED, end + DAY)).end?.error, 'outcome_unknown');
  assert.equal(stateAfter(message, ...held, looked(ABSENT, end)).end?.error, 'outcome_unknown');
});

test('a message of a plan that is held goes back to the queue at once, and expires with what the plan was refused', () => {
  const fault = { kind: 'integration_fault', statusCode: 401, held: true } as const;
  const held = stateAfter(message, queued(), sent(fault));
  assert.equal(held.notBefore, START + SECOND + 500);
  const expired = stateAfter(message, queued(), sent({ kind: 'not_dispatched', statusCode: 401, comment: 'no token' }));
  assert.equal(expired.end?.error, 'expired');
  assert.equal(expired.end?.statusCode, 401);
});
