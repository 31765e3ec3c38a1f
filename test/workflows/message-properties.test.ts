import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DeliveryReport } from '../../src/contract/delivery-report.ts';
import type { FindOutcome, ReportOutcome, SendOutcome } from '../../src/contract/send-outcome.ts';
import { admissionOf } from '../../src/workflows/message-state.ts';
import { sampleMessage } from '../helpers/messages.ts';
import { drive, type Driven, type Fate, type Incident } from './message-driver.ts';
import { DAY, HOUR, isoAt, MINUTE, SECOND, START } from './message-inputs.ts';

const someTime = fc.oneof(
  fc.integer({ min: 0, max: 10 * SECOND }),
  fc.integer({ min: 0, max: 2 * HOUR }),
  fc.integer({ min: 0, max: 5 * DAY }),
);

const report: fc.Arbitrary<DeliveryReport> = fc.record(
  {
    integrationId: fc.oneof({ weight: 9, arbitrary: fc.constant('sinch-eu') }, fc.constant('another')),
    status: fc.constantFrom(
      'Queued',
      'Dispatched',
      'Delivered',
      'Rejected',
      'Aborted',
      'Failed',
      'Expired',
      'Deleted',
      'Cancelled',
      'Unknown',
      'Buffered',
      'delivered',
      'FAILED',
    ),
    at: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: -DAY, max: 6 * DAY }).map(isoAt) },
      fc.constant('no time at all'),
    ),
    batchId: fc.constantFrom('batch-1', 'batch-2'),
    statusCode: fc.constantFrom(0, 150, 401),
  },
  { requiredKeys: ['integrationId', 'status', 'at'] },
);

const incident: fc.Arbitrary<Incident> = fc.oneof(
  { weight: 3, arbitrary: report.map((report) => ({ what: 'report', report }) as const) },
  { weight: 1, arbitrary: fc.constant({ what: 'cancel' } as const) },
  { weight: 4, arbitrary: someTime.map((ms) => ({ what: 'time', ms }) as const) },
  { weight: 4, arbitrary: fc.constant({ what: 'activity_ends' } as const) },
);

const sendOutcome: fc.Arbitrary<SendOutcome> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .boolean()
      .map((recorded) => ({ kind: 'accepted', batchId: 'batch-1', at: isoAt(0), recorded }) as const),
  },
  fc.constant({ kind: 'refused', statusCode: 400 } as const),
  {
    weight: 2,
    arbitrary: fc.boolean().map((held) => ({ kind: 'integration_fault', statusCode: 401, held }) as const),
  },
  {
    weight: 3,
    arbitrary: fc
      .option(fc.integer({ min: 0, max: DAY }), { nil: undefined })
      .map(
        (ms) => ({ kind: 'not_accepted', statusCode: 429, ...(ms === undefined ? {} : { retryAfterMs: ms }) }) as const,
      ),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'unknown', statusCode: 500 } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'unknown', interrupted: true, error: 'send_interrupted' } as const) },
  fc.constant({ kind: 'not_dispatched' } as const),
  fc.constant({ kind: 'not_dispatched', statusCode: 401 } as const),
);

const findOutcome: fc.Arbitrary<FindOutcome> = fc.oneof(
  fc.boolean().map((recorded) => ({ kind: 'found', batchId: 'batch-1', at: isoAt(0), recorded }) as const),
  report.map((found) => ({ kind: 'found', at: isoAt(0), recorded: false, report: found }) as const),
  { weight: 3, arbitrary: fc.constant({ kind: 'absent' } as const) },
  fc.constant({ kind: 'failed', comment: 'no answer' } as const),
);

const reportOutcome: fc.Arbitrary<ReportOutcome> = fc.oneof(
  report.map((found) => ({ kind: 'report', report: found }) as const),
  fc.constant({ kind: 'none' } as const),
  { weight: 3, arbitrary: fc.constant({ kind: 'failed', comment: 'no answer' } as const) },
);

const message = fc
  .record({
    reportsExpected: fc.boolean(),
    waitWhereNoReportsExpected: fc.boolean(),
    reportWindowMs: fc.constantFrom(HOUR, 4 * DAY),
    settleMs: fc.constantFrom(0, MINUTE),
    priority: fc.constantFrom(1 as const, 3 as const),
    lifeMs: fc.constantFrom(11 * SECOND, HOUR, 3 * DAY),
  })
  .map(({ lifeMs, ...rest }) => sampleMessage({ ...rest, expiresAt: new Date(START + lifeMs).toISOString() }));

const fate: fc.Arbitrary<Fate> = fc.record({
  message,
  incidents: fc.array(incident, { maxLength: 25 }),
  sends: fc.array(sendOutcome, { maxLength: 6 }),
  looks: fc.array(findOutcome, { maxLength: 6 }),
  reportLooks: fc.array(reportOutcome, { maxLength: 4 }),
  jitter: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

interface LedgerOfMessages {
  requested: number;
  skipped: number;
  waitingToSend: number;
  undecided: number;
  enqueued: number;
  enqueueFailed: number;
  waitingForReport: number;
  finals: number;
}

function ledgerOf(driven: readonly Driven[]): LedgerOfMessages {
  const count = (holds: (one: Driven) => boolean): number => driven.filter(holds).length;
  return {
    requested: driven.length,
    skipped: count(({ state }) => state.phase === 'skipped'),
    waitingToSend: count(({ state }) => state.phase === 'waiting_to_send'),
    undecided: count(({ state }) => state.phase === 'undecided'),
    enqueued: count(({ state }) => admissionOf(state) === 'enqueued'),
    enqueueFailed: count(({ state }) => admissionOf(state) === 'enqueue_failed'),
    waitingForReport: count(({ state }) => state.phase === 'accepted'),
    finals: count(({ state }) => ['delivered', 'rejected', 'failed', 'timeout'].includes(state.phase)),
  };
}

test('whatever happens in whatever order, a message ends once, with the events of its end', () => {
  fc.assert(
    fc.property(fate, (one) => {
      const { state, store, skipped, closed } = drive(one);
      assert.equal(closed, true, 'it has ended');
      assert.equal(skipped, state.phase === 'skipped');
      const isFinal = ['delivered', 'rejected', 'failed', 'timeout'].includes(state.phase);
      assert.equal(store.get('final'), isFinal ? state.phase : undefined);
      const admission = isFinal ? 'enqueued' : state.phase === 'skipped' ? undefined : 'enqueue_failed';
      assert.equal(store.get('admission'), admission);
    }),
    { numRuns: 1_500 },
  );
});

test('at every moment the ledger of any messages balances', () => {
  const stopped = fc.record({ fate, most: fc.integer({ min: 0, max: 25 }) });
  fc.assert(
    fc.property(fc.array(stopped, { minLength: 1, maxLength: 8 }), (all) => {
      const ledger = ledgerOf(all.map(({ fate, most }) => drive(fate, most)));
      const { requested, skipped, waitingToSend, undecided, enqueued, enqueueFailed } = ledger;
      assert.equal(requested, skipped + waitingToSend + undecided + enqueued + enqueueFailed);
      assert.equal(enqueued, ledger.waitingForReport + ledger.finals);
    }),
    { numRuns: 300 },
  );
});
