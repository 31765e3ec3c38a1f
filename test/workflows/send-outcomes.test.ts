import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newMessageState, nextStep, reduceMessage } from '../../src/workflows/message-state.ts';
import { admissionOf } from '../../src/workflows/message-state.ts';
import { recordOf } from '../../src/workflows/message-record.ts';
import {
  ACCEPTED,
  cancelled,
  DAY,
  HOUR,
  isoAt,
  lookedForReport,
  message,
  MINUTE,
  NOT_ACCEPTED,
  queued,
  SECOND,
  sent,
  START,
  stateAfter,
  stepAfter,
  time,
  UNKNOWN,
  withoutReports,
} from './message-inputs.ts';

test('a new message is sent at once, with the life that it has left', () => {
  assert.deepEqual(nextStep(message, newMessageState(), START + HOUR), { do: 'send', lifeLeftMs: 71 * HOUR });
});

test('an accepted message waits four days for its report', () => {
  const state = stateAfter(message, queued(), sent(ACCEPTED, 2 * SECOND));
  assert.equal(state.phase, 'accepted');
  assert.equal(state.acceptedAt, isoAt(SECOND));
  assert.equal(state.batchId, 'batch-1');
  assert.equal(state.enqueuedRecorded, true);
  assert.equal(state.attempts, 1);
  assert.equal(admissionOf(state), 'enqueued');
  assert.deepEqual(nextStep(message, state, START + MINUTE), { do: 'wait', until: START + 2 * SECOND + 4 * DAY });
});

test('an acceptance whose body could not be read is an acceptance', () => {
  const state = stateAfter(message, queued(), sent({ kind: 'accepted', at: isoAt(SECOND), recorded: true }));
  assert.equal(state.phase, 'accepted');
  assert.equal(state.batchId, undefined);
});

test('a refused message has failed to be enqueued, with what Sinch said', () => {
  const refusal = { statusCode: 400, error: 'syntax_invalid_parameter_format', comment: 'to: wrong' };
  const state = stateAfter(message, queued(), sent({ kind: 'refused', ...refusal }));
  assert.deepEqual(state.end, { status: 'enqueue_failed', at: isoAt(SECOND), ...refusal });
  assert.equal(admissionOf(state), 'enqueue_failed');
  assert.equal(nextStep(message, state, START + SECOND).do, 'close');
});

for (const kind of ['integration_fault', 'not_accepted'] as const) {
  test(`after ${kind} the message waits and is sent again`, () => {
    const inputs = [queued(), sent({ kind, statusCode: 401 })];
    assert.deepEqual(stepAfter(message, SECOND, ...inputs), { do: 'wait', until: START + 2 * SECOND });
    assert.equal(stepAfter(message, 2 * SECOND, ...inputs, time(2 * SECOND)).do, 'send');
  });
}

test('a message of unknown outcome is looked for, never sent', () => {
  const inputs = [queued(), sent(UNKNOWN)];
  assert.deepEqual(stepAfter(message, SECOND, ...inputs), { do: 'wait', until: START + 3 * SECOND });
  assert.deepEqual(stepAfter(message, 3 * SECOND, ...inputs), { do: 'look_up' });
});

test('Retry-After is kept, and spread over one second more', () => {
  const wait = (jitter: number): number => {
    const step = stepAfter(message, 0, queued(), sent({ ...NOT_ACCEPTED, retryAfterMs: 20 * SECOND }, SECOND, jitter));
    assert.equal(step.do, 'wait', 'the message waits');
    return step.do === 'wait' ? step.until - START - SECOND : 0;
  };
  assert.equal(wait(0), 20 * SECOND);
  assert.equal(wait(0.5), 20.5 * SECOND);
});

test('a Retry-After shorter than the back-off does not shorten it', () => {
  let state = newMessageState();
  for (let index = 0; index < 5; index += 1) {
    state = reduceMessage(message, state, queued());
    state = reduceMessage(message, state, sent({ ...NOT_ACCEPTED, retryAfterMs: SECOND }));
  }
  assert.equal(state.notBefore, START + SECOND + 16 * SECOND);
});

test('refusals in a row wait 1 s, 2 s, 4 s, … up to 5 minutes, with up to a quarter more', () => {
  for (const [jitter, factor] of [
    [0, 1],
    [0.999999, 1.25],
  ] as const) {
    let state = newMessageState();
    const pauses: number[] = [];
    for (let index = 0; index < 40; index += 1) {
      state = reduceMessage(message, state, queued());
      state = reduceMessage(message, state, sent({ kind: 'integration_fault', statusCode: 401 }, SECOND, jitter));
      pauses.push((state.notBefore - START - SECOND) / factor / SECOND);
    }
    assert.deepEqual(
      pauses.slice(0, 4).map((pause) => Math.round(pause)),
      [1, 2, 4, 8],
    );
    assert.deepEqual(
      pauses.slice(9).map((pause) => Math.round(pause)),
      Array<number>(31).fill(300),
    );
  }
});

test('what was never dispatched has expired, without an attempt', () => {
  const state = stateAfter(message, queued(), sent({ kind: 'not_dispatched' }, 72 * HOUR));
  assert.equal(state.attempts, 0);
  assert.equal(state.end?.status, 'enqueue_failed');
  assert.equal(state.end?.error, 'expired');
  assert.equal(state.end?.statusCode, undefined);
});

test('what was never accepted expires with the code of the last refusal', () => {
  const state = stateAfter(
    message,
    queued(),
    sent(NOT_ACCEPTED),
    queued(),
    sent({ kind: 'not_dispatched' }, 72 * HOUR),
  );
  assert.equal(state.end?.error, 'expired');
  assert.equal(state.end?.statusCode, 503);
  assert.match(state.end?.comment ?? '', /HTTP 503, Unavailable/);
  assert.equal(state.attempts, 1);
});

test('with less than ten seconds of life left nothing is sent', () => {
  const inputs = [queued(), sent(NOT_ACCEPTED, 72 * HOUR - 11 * SECOND, 0)];
  assert.equal(stepAfter(message, 72 * HOUR - 10 * SECOND, ...inputs, time(72 * HOUR - 10 * SECOND)).do, 'send');
  const late = stateAfter(message, ...inputs, time(72 * HOUR - 10 * SECOND + 1));
  assert.equal(late.end?.error, 'expired');
  assert.equal(late.end?.statusCode, 503);
});

test('a back-off that outlasts the life ends with it', () => {
  const asked = { ...NOT_ACCEPTED, retryAfterMs: 10 * DAY };
  assert.deepEqual(stepAfter(message, HOUR, queued(), sent(asked)), {
    do: 'wait',
    until: START + 72 * HOUR - 10 * SECOND,
  });
});

test('a message whose life is over at its start is not sent', () => {
  assert.equal(stateAfter(message, time(73 * HOUR)).end?.error, 'expired');
});

test('no report within the window is a timeout', () => {
  const inputs = [queued(), sent(ACCEPTED)];
  assert.equal(stateAfter(message, ...inputs, time(SECOND + 4 * DAY - 1)).phase, 'accepted');
  const over = [...inputs, time(SECOND + 4 * DAY)];
  assert.equal(stepAfter(message, SECOND + 4 * DAY, ...over).do, 'look_for_report');
  assert.deepEqual(stateAfter(message, ...over, lookedForReport()).end, {
    status: 'timeout',
    at: isoAt(SECOND + 4 * DAY),
    error: 'no_delivery_report',
  });
});

test('a country without reports waits as long and says that none was expected', () => {
  const inputs = [queued(), sent(ACCEPTED)];
  assert.equal(stateAfter(withoutReports, ...inputs, time(3 * DAY)).phase, 'accepted');
  assert.equal(stateAfter(withoutReports, ...inputs, time(5 * DAY)).end?.error, 'no_delivery_report_expected');
});

test('a country without reports ends at its acceptance where that is asked for', () => {
  const impatient = { ...withoutReports, waitWhereNoReportsExpected: false };
  const state = stateAfter(impatient, queued(), sent(ACCEPTED), time(SECOND));
  assert.equal(state.end?.status, 'timeout');
  assert.equal(state.end?.error, 'no_delivery_report_expected');
  const ordinary = { ...message, waitWhereNoReportsExpected: false };
  assert.equal(stateAfter(ordinary, queued(), sent(ACCEPTED), time(SECOND)).phase, 'accepted');
});

test('the record holds the enqueued event only where the store does not have it yet', () => {
  const statuses = (recorded: boolean): string[] => {
    const state = stateAfter(message, queued(), sent({ ...ACCEPTED, recorded }), time(5 * DAY), lookedForReport());
    assert.ok(state.end, 'the message has ended');
    return recordOf(message, state, state.end).events.map(({ status }) => status);
  };
  assert.deepEqual(statuses(true), ['timeout']);
  assert.deepEqual(statuses(false), ['enqueued', 'timeout']);
});

test('the record of a skipped message holds no event', () => {
  const state = stateAfter(message, cancelled());
  assert.ok(state.end, 'the message has ended');
  const record = recordOf(message, state, state.end);
  assert.deepEqual(record.events, []);
  assert.deepEqual(record.skipped, { reason: 'cancelled', at: isoAt(SECOND) });
});
