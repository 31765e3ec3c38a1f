import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compare, expectedStatus, type Truth } from '../../src/demo/compare.ts';
import { comparison, type DemoResult, isRight, jsonOf, linesOf } from '../../src/demo/demo-result.ts';
import type { Ledger } from '../../src/events/index.ts';
import type { Behaviour, SimulatedMessage } from '../../src/simulator/index.ts';

/** What the simulator tells of a message that it took. */
function simulated(
  clientReference: string,
  finalStatus?: string,
  behaviour: Behaviour = 'delivered',
): SimulatedMessage {
  return {
    servicePlanId: 'demo-plan',
    batchId: `batch of ${clientReference}`,
    clientReference,
    recipient: '447400000101',
    kind: 'sms',
    behaviour,
    partCount: 1,
    acceptedAt: '2026-11-24T10:00:00.000Z',
    visibleAt: '2026-11-24T10:00:00.000Z',
    status: finalStatus ?? 'Dispatched',
    statusCode: 0,
    ...(finalStatus === undefined ? {} : { finalStatus }),
    callbacks: { sent: 1, answered: 1, lost: 0 },
  };
}

/** Twelve requests: one without a number, one that Sinch refused, ten that it took. */
const MESSAGES = [
  simulated('a', 'Delivered'),
  simulated('b', 'Delivered', 'duplicate_report'),
  simulated('c', 'Rejected', 'rejected'),
  simulated('d', 'Aborted', 'unroutable'),
  simulated('e', 'Failed', 'failed'),
  simulated('f', 'Expired', 'expired'),
  simulated('g', 'Deleted', 'deleted'),
  simulated('h', 'Unknown', 'unknown'),
  simulated('i', undefined, 'no_report'),
  simulated('j', 'Delivered', 'late_report'),
];

const TRUTH: Truth = { requested: 12, withoutNumber: 1, messages: MESSAGES, accepted: () => 1 };

const LEDGER: Ledger = {
  requested: 12,
  skipped: 1,
  waitingToSend: 0,
  enqueued: 10,
  enqueueFailed: 1,
  waitingForReport: 0,
  delivered: 2,
  rejected: 2,
  failed: 3,
  timeout: 3,
  faults: { eventWithoutRequest: 0, finalWithoutEnqueued: 0, skippedWithEvent: 0, refusedWithoutEvent: 0 },
  unknownOutcomes: { resent: 0, held: 0, heldStill: 0 },
  balanced: true,
};

function resultOf(ledger: Ledger, truth: Truth, differing: string[] = []): DemoResult {
  return {
    ledger,
    compared: compare(ledger, truth),
    differing,
    seconds: 3.5,
    messagesPerSecond: 20,
    withoutReports: [{ country: 'DE', messages: 1 }],
    lateReports: 1,
    temporalUi: 'http://127.0.0.1:8233',
  };
}

/** Names of the numbers that differ. */
const differencesOf = (ledger: Ledger, truth: Truth): string[] =>
  compare(ledger, truth)
    .filter(({ ours, expected }) => ours !== expected)
    .map(({ name }) => name);

describe('the demo’s numbers beside those of the simulator', () => {
  test('agree where every message ended as the simulator says', () => {
    assert.deepEqual(
      compare(LEDGER, TRUTH).map(({ name, ours, expected }) => [name, ours, expected]),
      [
        ['requested', 12, 12],
        ['skipped', 1, 1],
        ['enqueued', 10, 10],
        ['enqueue_failed', 1, 1],
        ['delivered', 2, 2],
        ['rejected', 2, 2],
        ['failed', 3, 3],
        ['timeout', 3, 3],
        ['waiting', 0, 0],
        ['sent twice', 0, 0],
      ],
    );
    assert.ok(isRight(resultOf(LEDGER, TRUTH)));
  });

  for (const [what, ledger, names] of [
    ['a request that was lost', { requested: 11 }, ['requested']],
    ['one skipped that had a number', { skipped: 2, enqueued: 9 }, ['skipped', 'enqueued']],
    ['an event that is missing', { delivered: 1, waitingForReport: 1 }, ['delivered', 'waiting']],
    ['a rejection counted as a failure', { rejected: 1, failed: 4 }, ['rejected', 'failed']],
    ['a time-out counted as a delivery', { timeout: 2, delivered: 3 }, ['delivered', 'timeout']],
    ['a refusal that is not recorded', { enqueueFailed: 0, waitingToSend: 1 }, ['enqueue_failed', 'waiting']],
  ] as const) {
    test(`name ${what}`, () => {
      assert.deepEqual(differencesOf({ ...LEDGER, ...ledger }, TRUTH), names);
      assert.equal(isRight(resultOf({ ...LEDGER, ...ledger }, TRUTH)), false);
    });
  }

  test('name a message that Sinch took twice', () => {
    const truth = { ...TRUTH, accepted: (reference: string) => (reference === 'b' ? 2 : 1) };
    assert.deepEqual(differencesOf(LEDGER, truth), ['sent twice']);
  });

  test('are not right where the books do not balance in themselves', () => {
    assert.equal(isRight(resultOf({ ...LEDGER, balanced: false }, TRUTH)), false);
  });

  test('are told to a person with what differs, on both sides, and which messages', () => {
    const wrong = resultOf({ ...LEDGER, delivered: 1, failed: 4 }, TRUTH, ['welcome-001 (failed; by the simulator …)']);
    assert.deepEqual(comparison(wrong), [
      'NOT as the simulator of Sinch counted for itself:',
      '  delivered: 1 here, 2 there',
      '  failed: 4 here, 3 there',
      'Messages that differ: welcome-001 (failed; by the simulator …)',
    ]);
    assert.match(linesOf(wrong).join('\n'), /NOT as the simulator/);
    assert.match(comparison(resultOf(LEDGER, TRUTH)).join('\n'), /^Every number agrees/);
    assert.doesNotMatch(linesOf(resultOf(LEDGER, TRUTH)).join('\n'), /NOT as the simulator/);
  });

  test('speak of one as of one', () => {
    const ledger = { ...LEDGER, delivered: 1, timeout: 1 };
    const one = { ...resultOf(ledger, TRUTH), lateReports: 1, messagesPerSecond: 1 };
    const said = linesOf(one).join('\n');
    assert.match(said, /^1 of the 1 timeout went where operators send no delivery reports \(Germany 1\):$/m);
    assert.match(
      said,
      /^whether it arrived is not known, and it is no failure\. Of the 9 that can report, 1 was deliv/m,
    );
    assert.match(said, /^1 message had a report after the end/m);
    assert.match(said, /^1 message a second,/m);
  });

  test('are balanced in the JSON only where both sides agree', () => {
    assert.equal(jsonOf(resultOf(LEDGER, TRUTH))['balanced'], true);
    const different = jsonOf(resultOf({ ...LEDGER, delivered: 1, timeout: 4 }, TRUTH));
    assert.equal(different['balanced'], false);
    const waiting = jsonOf(resultOf({ ...LEDGER, delivered: 1, waitingForReport: 1 }, TRUTH));
    assert.deepEqual([waiting['waiting'], waiting['balanced']], [1, false]);
  });
});

describe('the status that a message has to end with', () => {
  for (const [message, status] of [
    [simulated('a', 'Delivered'), 'delivered'],
    [simulated('a', 'Rejected', 'rejected'), 'rejected'],
    [simulated('a', 'Aborted', 'unroutable'), 'rejected'],
    [simulated('a', 'Failed', 'failed_with_code_0'), 'failed'],
    [simulated('a', 'Expired', 'expired'), 'failed'],
    [simulated('a', 'Cancelled'), 'failed'],
    [simulated('a', 'Unknown', 'unknown'), 'timeout'],
    [simulated('a', undefined, 'no_report'), 'timeout'],
    [simulated('a', 'Delivered', 'late_report'), 'timeout'],
  ] as const) {
    test(`is ${status} after ${message.finalStatus ?? 'nothing'} of ${message.behaviour}`, () => {
      assert.equal(expectedStatus(message), status);
    });
  }
});
