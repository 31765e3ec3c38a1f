import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { explainBalance, explainUnknownOutcomes, ledgerTable } from '../../src/commands/index.ts';
import type { Ledger } from '../../src/events/index.ts';

const NO_FAULTS = { eventWithoutRequest: 0, finalWithoutEnqueued: 0, skippedWithEvent: 0, refusedWithoutEvent: 0 };

const LEDGER: Ledger = {
  requested: 200,
  skipped: 10,
  waitingToSend: 20,
  enqueued: 160,
  enqueueFailed: 10,
  waitingForReport: 0,
  delivered: 120,
  rejected: 8,
  failed: 12,
  timeout: 20,
  faults: NO_FAULTS,
  unknownOutcomes: { resent: 0, held: 0, heldStill: 0 },
  balanced: true,
};

describe('the ledger as a table', () => {
  test('says what was decided about unknown outcomes, and nothing where there were none', () => {
    assert.deepEqual(explainUnknownOutcomes({ resent: 0, held: 0, heldStill: 0 }), []);
    const said = explainUnknownOutcomes({ resent: 2, held: 3, heldStill: 1 });
    assert.match(said[0] ?? '', /^2 messages got no clear answer .* were sent again/);
    assert.match(said[1] ?? '', /^3 messages .* were held.*: 2 settled since, 1 still open/);
  });

  test('speaks of one message as of one', () => {
    const said = explainUnknownOutcomes({ resent: 1, held: 1, heldStill: 0 });
    assert.match(
      said[0] ?? '',
      /^1 message got no clear answer and was not to be seen at Sinch, and was sent again, as is asked for it\.$/,
    );
    assert.match(
      said[1] ?? '',
      /^1 message got .* and was not to be seen at Sinch, and was held, so that nobody gets it twice: /,
    );
  });

  test('shows every number once, with its share of the total that it is a part of', () => {
    const lines = ledgerTable(LEDGER).map((line) => line.replaceAll(/ +/g, ' '));
    assert.deepEqual(lines, [
      'requested 200',
      ' skipped 10 5.0 % of requested',
      ' waiting to be sent 20 10.0 % of requested',
      ' enqueue_failed 10 5.0 % of requested',
      ' enqueued 160 80.0 % of requested',
      ' waiting for a report 0 0.0 % of enqueued',
      ' delivered 120 75.0 % of enqueued',
      ' rejected 8 5.0 % of enqueued',
      ' failed 12 7.5 % of enqueued',
      ' timeout 20 12.5 % of enqueued',
    ]);
  });

  test('has no shares of nothing', () => {
    const nothing = Object.fromEntries(Object.keys(LEDGER).map((name) => [name, 0]));
    assert.doesNotMatch(ledgerTable({ ...nothing, faults: NO_FAULTS, balanced: true } as Ledger).join('\n'), /%|NaN/);
  });

  test('says which rule is broken by how many messages', () => {
    assert.match(explainBalance(LEDGER), /^The ledger balances/);
    const wrong = { ...LEDGER, balanced: false, faults: { ...NO_FAULTS, finalWithoutEnqueued: 3 } };
    assert.match(explainBalance(wrong), /NOT balance: 3 with a final event but never enqueued/);
    assert.match(explainBalance({ ...LEDGER, balanced: false }), /its sums do not agree/);
  });
});
