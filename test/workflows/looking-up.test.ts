import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MessageState, newMessageState, nextStep, reduceMessage } from '../../src/workflows/message-state.ts';
import type { FindOutcome } from '../../src/contract/send-outcome.ts';
import {
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
  time,
  UNKNOWN,
} from './message-inputs.ts';

const ABSENT: FindOutcome = { kind: 'absent' };

/** Looks as the workflow does, until `untilMs` after the request; gives the times of the looks. */
function look(outcome: FindOutcome, untilMs: number): { state: MessageState; looks: number[] } {
  let state = [queued(), sent(UNKNOWN, SECOND)].reduce(
    (before, input) => reduceMessage(message, before, input),
    newMessageState(),
  );
  const looks: number[] = [];
  for (let now = SECOND; now <= untilMs;) {
    state = reduceMessage(message, state, time(now));
    const step = nextStep(message, state, START + now);
    if (step.do === 'look_up') {
      looks.push((now - SECOND) / SECOND);
      state = reduceMessage(message, state, looked(outcome, now));
    } else if (step.do === 'record_decisions') {
      state = reduceMessage(message, state, {
        type: 'decisions_recorded',
        count: state.decisions.length,
        at: START + now,
      });
    } else if (step.do === 'wait') {
      now = step.until - START;
    } else {
      break;
    }
  }
  return { state, looks };
}

test('looks come after 2 s and then ever more rarely, once as the time to settle ends, at most every six hours', () => {
  const { looks } = look(ABSENT, 3 * DAY);
  assert.deepEqual(looks.slice(0, 6), [2, 6, 14, 30, 60, 124]);
  const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
  assert.equal(Math.max(...pauses), (6 * HOUR) / SECOND);
  assert.ok(looks.length < 30, `${looks.length} looks in three days`);
});

test('a message that Sinch does not show is held once the settle time is over, and not before', () => {
  assert.equal(look(ABSENT, MINUTE).state.held, false);
  assert.equal(look(ABSENT, 61 * SECOND).state.held, true);
});

test('the settle time can be set', () => {
  const patient = { ...message, settleMs: HOUR };
  assert.equal(stateAfter(patient, queued(), sent(UNKNOWN), looked(ABSENT, 59 * MINUTE)).held, false);
  assert.equal(stateAfter(patient, queued(), sent(UNKNOWN), looked(ABSENT, HOUR + SECOND)).held, true);
});

test('failed looks settle nothing', () => {
  const { state, looks } = look({ kind: 'failed', statusCode: 503 }, DAY);
  assert.ok(looks.length > 10, 'it goes on looking');
  assert.equal(state.held, false);
  assert.equal(state.phase, 'undecided');
});

test('a message that is found is accepted, with what Sinch shows of it', () => {
  const found: FindOutcome = { kind: 'found', batchId: 'batch-9', at: isoAt(500), recorded: true };
  const state = stateAfter(message, queued(), sent(UNKNOWN), looked(found, 3 * SECOND));
  assert.equal(state.phase, 'accepted');
  assert.equal(state.acceptedAt, isoAt(500));
  assert.equal(state.batchId, 'batch-9');
  assert.equal(state.enqueuedRecorded, true);
  assert.equal(state.windowEndsAt, START + SECOND + 4 * DAY, 'from the send, not from the finding');
});

test('the window of a message that is proved late runs from its send', () => {
  const found: FindOutcome = { kind: 'found', at: isoAt(500), recorded: false };
  const held = [queued(), sent(UNKNOWN), looked(ABSENT, 2 * MINUTE)];
  assert.equal(stateAfter(message, ...held, looked(found, 3 * DAY)).windowEndsAt, START + SECOND + 4 * DAY);
  const reportedLate = stateAfter(message, ...held, reported(reportOf('Dispatched'), 3 * DAY));
  assert.equal(reportedLate.windowEndsAt, START + SECOND + 4 * DAY);
  const ended = stateAfter(message, ...held, looked(found, 3 * DAY), time(4 * DAY + SECOND), lookedForReport());
  assert.equal(ended.end?.status, 'timeout');
});

test('a held message that is found late is accepted', () => {
  const found: FindOutcome = { kind: 'found', at: isoAt(500), recorded: false };
  const state = stateAfter(message, queued(), sent(UNKNOWN), looked(ABSENT, 2 * MINUTE), looked(found, DAY));
  assert.equal(state.phase, 'accepted');
  assert.equal(state.held, false);
});

test('a look that finds the message after a report had proved it only tells what the store has', () => {
  const found: FindOutcome = { kind: 'found', batchId: 'batch-9', at: isoAt(500), recorded: true };
  const before = stateAfter(message, queued(), sent(UNKNOWN), reported(reportOf('Delivered')));
  const state = stateAfter(
    message,
    queued(),
    sent(UNKNOWN),
    reported(reportOf('Delivered')),
    looked(found, 2 * MINUTE),
  );
  assert.deepEqual(state, { ...before, enqueuedRecorded: true });
});

test('a held message is never sent again and fails at the end of the window, with what was seen', () => {
  const { state } = look(ABSENT, 10 * DAY);
  assert.equal(state.attempts, 1);
  assert.equal(state.end?.status, 'enqueue_failed');
  assert.equal(state.end?.error, 'outcome_unknown');
  assert.equal(state.end?.statusCode, 500);
  assert.equal(state.end?.at, isoAt(SECOND + 4 * DAY));
});

test('a message of unknown outcome is looked for, however long ago earlier sends were refused', () => {
  const hasty = { ...message, reportWindowMs: HOUR };
  const state = stateAfter(
    hasty,
    queued(),
    sent(NOT_ACCEPTED),
    queued(2 * HOUR),
    sent(UNKNOWN, 2 * HOUR),
    time(2 * HOUR + 2 * SECOND),
  );
  assert.equal(nextStep(hasty, state, START + 2 * HOUR + 2 * SECOND).do, 'look_up');
});
