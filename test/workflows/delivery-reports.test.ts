import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextStep, sendIsObsolete } from '../../src/workflows/message-state.ts';
import { recordOf } from '../../src/workflows/message-record.ts';
import {
  ACCEPTED,
  DAY,
  HOUR,
  isoAt,
  message,
  MINUTE,
  queued,
  reported,
  reportOf,
  SECOND,
  sent,
  START,
  stateAfter,
  time,
  UNKNOWN,
  withoutReports,
} from './message-inputs.ts';

const STATUSES = {
  Delivered: 'delivered',
  Rejected: 'rejected',
  Aborted: 'rejected',
  Failed: 'failed',
  Expired: 'failed',
  Deleted: 'failed',
  Cancelled: 'failed',
  Unknown: 'timeout',
} as const;

for (const [word, status] of Object.entries(STATUSES)) {
  for (const spelling of [word, word.toLowerCase(), word.toUpperCase()]) {
    test(`the report ${spelling} ends the message as ${status}, at the report's time and with its code`, () => {
      const report = reportOf(spelling, { statusCode: 0, partCount: 2 });
      const state = stateAfter(message, queued(), sent(ACCEPTED), reported(report, HOUR));
      assert.deepEqual(state.end, {
        status,
        at: isoAt(MINUTE),
        statusCode: 0,
        partCount: 2,
        ...(status === 'timeout' ? { error: 'no_receipt' } : {}),
      });
    });
  }
}

test('an Unknown from a country without reports is what was expected there', () => {
  const state = stateAfter(withoutReports, queued(), sent(ACCEPTED), reported(reportOf('Unknown')));
  assert.equal(state.end?.status, 'timeout');
  assert.equal(state.end?.error, 'no_delivery_report_expected');
});

test('a report from a country without reports counts all the same', () => {
  const state = stateAfter(withoutReports, queued(), sent(ACCEPTED), reported(reportOf('Delivered')));
  assert.equal(state.end?.status, 'delivered');
});

for (const word of ['Queued', 'Dispatched', 'Buffered', 'constructor', '']) {
  test(`the status word "${word}" is intermediate and changes only what is shown`, () => {
    const before = stateAfter(message, queued(), sent(ACCEPTED));
    const state = stateAfter(message, queued(), sent(ACCEPTED), reported(reportOf(word)));
    assert.deepEqual(state, { ...before, lastReportStatus: word, ignoredReports: 1 });
  });
}

test('a report in the same task as the deadline wins', () => {
  const state = stateAfter(
    message,
    queued(),
    sent(ACCEPTED),
    reported(reportOf('Delivered'), SECOND + 4 * DAY),
    time(SECOND + 4 * DAY),
  );
  assert.equal(state.end?.status, 'delivered');
});

test('a report of unreadable time takes the time at which it came', () => {
  const state = stateAfter(message, queued(), sent(ACCEPTED), reported(reportOf('Delivered', { at: 'soon' }), HOUR));
  assert.equal(state.end?.at, isoAt(HOUR));
});

test('the same final report again is a duplicate', () => {
  const report = reported(reportOf('Delivered'));
  const once = stateAfter(message, queued(), sent(ACCEPTED), report);
  const twice = stateAfter(message, queued(), sent(ACCEPTED), report, report);
  assert.deepEqual(twice, { ...once, ignoredReports: 1 });
});

test('an intermediate report after the end changes nothing', () => {
  const once = stateAfter(message, queued(), sent(ACCEPTED), reported(reportOf('Delivered')));
  const state = stateAfter(
    message,
    queued(),
    sent(ACCEPTED),
    reported(reportOf('Delivered')),
    reported(reportOf('Dispatched')),
  );
  assert.deepEqual(state, { ...once, ignoredReports: 1 });
});

test('a contradicting report is kept aside and does not change the end', () => {
  const failed = reportOf('Failed', { statusCode: 150 });
  const state = stateAfter(message, queued(), sent(ACCEPTED), reported(reportOf('Delivered')), reported(failed));
  assert.equal(state.end?.status, 'delivered');
  assert.deepEqual(state.lateReports, [{ projectId: 'shop', messageId: 'm-1', report: failed, reason: 'contradicts' }]);
  assert.ok(state.end, 'the message has ended');
  assert.deepEqual(recordOf(message, state, state.end).lateReports, state.lateReports);
});

test('a final report after a refusal contradicts it', () => {
  const state = stateAfter(
    message,
    queued(),
    sent({ kind: 'refused', statusCode: 400 }),
    reported(reportOf('Delivered')),
  );
  assert.equal(state.end?.status, 'enqueue_failed');
  assert.equal(state.lateReports.length, 1);
});

test('reports of another integration are counted and ignored', () => {
  const foreign = reportOf('Delivered', { integrationId: 'other' });
  for (const inputs of [[queued()], [queued(), sent(ACCEPTED)], [queued(), sent(UNKNOWN)]]) {
    const before = stateAfter(message, ...inputs);
    const state = stateAfter(message, ...inputs, reported(foreign));
    assert.deepEqual(state, { ...before, ignoredReports: 1 });
  }
});

for (const word of ['Queued', 'Dispatched', 'Buffered']) {
  test(`a ${word} report proves the acceptance of a message whose send is still under way`, () => {
    const state = stateAfter(message, queued(), reported(reportOf(word, { batchId: 'b' }), 2 * MINUTE));
    assert.equal(state.phase, 'accepted');
    assert.equal(state.acceptedAt, isoAt(MINUTE));
    assert.equal(state.batchId, 'b');
    assert.equal(state.enqueuedRecorded, false);
    assert.equal(state.windowEndsAt, START + 2 * MINUTE + 4 * DAY);
    assert.equal(sendIsObsolete(state), true);
  });

  test(`a ${word} report proves the acceptance of an undecided message`, () => {
    const state = stateAfter(message, queued(), sent(UNKNOWN), reported(reportOf(word), 2 * MINUTE));
    assert.equal(state.phase, 'accepted');
    assert.equal(nextStep(message, state, START + 2 * MINUTE).do, 'wait');
  });
}

test('a final report before the send response ends the message, enqueued first', () => {
  const reportFirst = stateAfter(message, queued(), reported(reportOf('Delivered', { at: isoAt(500) }), SECOND));
  assert.equal(reportFirst.end?.status, 'delivered');
  assert.equal(reportFirst.sending, true);
  assert.equal(sendIsObsolete(reportFirst), true);
  const ended = stateAfter(
    message,
    queued(),
    reported(reportOf('Delivered', { at: isoAt(500) }), SECOND),
    sent({ ...ACCEPTED, recorded: false }, 2 * SECOND),
  );
  assert.deepEqual(ended.end, reportFirst.end);
  assert.equal(ended.batchId, 'batch-1');
  assert.ok(ended.end, 'the message has ended');
  assert.deepEqual(
    recordOf(message, ended, ended.end).events.map(({ status }) => status),
    ['enqueued', 'delivered'],
  );
});

test('the receipt that comes after the report tells whether the store has the enqueued event', () => {
  const state = stateAfter(message, queued(), reported(reportOf('Delivered')), sent(ACCEPTED, 2 * MINUTE));
  assert.ok(state.end, 'the message has ended');
  assert.deepEqual(
    recordOf(message, state, state.end).events.map(({ status }) => status),
    ['delivered'],
  );
  assert.equal(state.acceptedAt, ACCEPTED.at, 'when that event says, and not the report');
});

for (const outcome of [{ kind: 'refused', statusCode: 400 }, UNKNOWN, { kind: 'not_dispatched' }] as const) {
  test(`a send that ends as ${outcome.kind} after a report has proved the acceptance changes nothing`, () => {
    const state = stateAfter(message, queued(), reported(reportOf('Dispatched')), sent(outcome, 2 * MINUTE));
    assert.equal(state.phase, 'accepted');
    assert.equal(state.sending, false);
    assert.equal(nextStep(message, state, START + 2 * MINUTE).do, 'wait');
  });
}

test('the batch id of a message whose receipt could not be read comes with its report', () => {
  const unreadable = sent({ kind: 'accepted', at: isoAt(SECOND), recorded: true });
  const report = reported(reportOf('Dispatched', { batchId: 'batch-1' }));
  assert.equal(stateAfter(message, queued(), unreadable, report).batchId, 'batch-1');
  const other = reported(reportOf('Dispatched', { batchId: 'batch-2' }));
  assert.equal(stateAfter(message, queued(), sent(ACCEPTED), other).batchId, 'batch-1');
});
