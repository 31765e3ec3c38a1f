import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextStep, sendIsObsolete } from '../../src/workflows/message-state.ts';
import {
  ACCEPTED,
  batchCancelSent,
  cancelled,
  DAY,
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

test('cancelled before its first send, the message is skipped', () => {
  assert.deepEqual(stateAfter(message, cancelled()).end, {
    status: 'skipped',
    at: isoAt(SECOND),
    skipReason: 'cancelled',
  });
});

test('cancelled between two sends that were not accepted, the message is skipped', () => {
  assert.equal(stateAfter(message, queued(), sent(NOT_ACCEPTED), cancelled(2 * SECOND)).end?.status, 'skipped');
});

test('cancelled while its send is queued, the message takes the send back and is skipped', () => {
  const queuedState = stateAfter(message, queued(), cancelled());
  assert.equal(queuedState.end, undefined);
  assert.equal(sendIsObsolete(queuedState), true);
  const state = stateAfter(message, queued(), cancelled(), sent({ kind: 'not_dispatched' }));
  assert.equal(state.end?.status, 'skipped');
});

for (const outcome of [NOT_ACCEPTED, { kind: 'integration_fault', statusCode: 401 }] as const) {
  test(`cancelled while its send runs, and the send ends as ${outcome.kind}: skipped`, () => {
    assert.equal(stateAfter(message, queued(), cancelled(), sent(outcome)).end?.status, 'skipped');
  });
}

test('cancelled while its send runs, and the send is refused: the refusal counts', () => {
  const state = stateAfter(message, queued(), cancelled(), sent({ kind: 'refused', statusCode: 400 }));
  assert.equal(state.end?.status, 'enqueue_failed');
});

test('cancelled while its send runs, and the send is accepted: Sinch is asked once, and the report decides', () => {
  const inputs = [queued(), cancelled(), sent(ACCEPTED)];
  assert.deepEqual(stepAfter(message, SECOND, ...inputs), { do: 'cancel_batch' });
  assert.equal(stepAfter(message, SECOND, ...inputs, batchCancelSent()).do, 'wait');
  const again = stepAfter(message, MINUTE, ...inputs, batchCancelSent(), cancelled(MINUTE));
  assert.equal(again.do, 'wait', 'a second cancellation asks nothing again');
  const delivered = stateAfter(message, ...inputs, batchCancelSent(), reported(reportOf('Delivered')));
  assert.equal(delivered.end?.status, 'delivered');
});

test('cancelled when accepted: the report Cancelled ends it as failed', () => {
  const inputs = [queued(), sent(ACCEPTED), cancelled(2 * SECOND)];
  assert.deepEqual(stepAfter(message, 2 * SECOND, ...inputs), { do: 'cancel_batch' });
  const state = stateAfter(message, ...inputs, batchCancelSent(), reported(reportOf('Cancelled')));
  assert.equal(state.end?.status, 'failed');
});

test('cancelled when accepted, and no report comes: a timeout', () => {
  const state = stateAfter(
    message,
    queued(),
    sent(ACCEPTED),
    cancelled(),
    batchCancelSent(),
    time(5 * DAY),
    lookedForReport(),
  );
  assert.equal(state.end?.status, 'timeout');
});

test('cancelled while undecided, the message is settled first', () => {
  const undecided = [queued(), sent(UNKNOWN), cancelled(2 * SECOND)];
  assert.equal(stateAfter(message, ...undecided).phase, 'undecided');
  assert.deepEqual(stepAfter(message, 3 * SECOND, ...undecided), { do: 'look_up' });
  const found = looked({ kind: 'found', at: isoAt(SECOND), recorded: true }, 3 * SECOND);
  assert.deepEqual(stepAfter(message, 3 * SECOND, ...undecided, found), { do: 'cancel_batch' });
  const never = stateAfter(
    message,
    ...undecided,
    looked({ kind: 'absent' }, 2 * MINUTE),
    looked({ kind: 'absent' }, 5 * DAY),
  );
  assert.equal(never.end?.error, 'outcome_unknown');
});

test('cancelled while its send runs, and the outcome is unknown: looked for, not skipped', () => {
  const state = stateAfter(message, queued(), cancelled(), sent(UNKNOWN));
  assert.equal(state.phase, 'undecided');
  assert.equal(state.end, undefined);
});

test('cancelled when it has ended, nothing changes', () => {
  const ended = stateAfter(message, queued(), sent(ACCEPTED), reported(reportOf('Delivered')));
  const state = stateAfter(message, queued(), sent(ACCEPTED), reported(reportOf('Delivered')), cancelled(2 * MINUTE));
  assert.deepEqual(state, ended);
  assert.equal(nextStep(message, state, START + 2 * MINUTE).do, 'close');
});
