import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countFaults, type FaultKind, scheduleFaults } from '../../chaos/fault-schedule.ts';
import { FAULT_WORDS } from '../../chaos/inject-faults.ts';
import { chaosRequests } from '../../chaos/requests.ts';
import { isMessageId } from '../../src/contract/identity.ts';
import { MAGIC_RECIPIENTS } from '../../src/simulator/index.ts';

const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);

describe('the schedule of faults', () => {
  test('is the same for the same seed, and another for another', () => {
    assert.deepEqual(scheduleFaults(7, 500), scheduleFaults(7, 500));
    assert.notDeepEqual(scheduleFaults(7, 500), scheduleFaults(8, 500));
  });

  test('has a fault of every part of the system even in the shortest run', () => {
    for (const seed of SEEDS) {
      const { lanes } = scheduleFaults(seed, 1);
      assert.deepEqual(lanes.map(({ name }) => name).sort(), [
        'postgres',
        'reports',
        'server',
        'sinch',
        'temporal',
        'workers',
      ]);
      for (const { name, faults } of lanes) assert.ok(faults.length > 0, `seed ${seed}: ${name}`);
    }
  });

  test('has every kind of fault in a long run', () => {
    for (const seed of SEEDS) {
      const kinds = Object.keys(countFaults(scheduleFaults(seed, 2000))).sort();
      assert.deepEqual(kinds, Object.keys(FAULT_WORDS).sort(), `seed ${seed}`);
    }
  });

  test('begins each fault while messages are requested, and ends it before the next of its lane', () => {
    for (const seed of SEEDS) {
      for (const messages of [1, 60, 2000, 20_000]) {
        const { spanMs, lanes } = scheduleFaults(seed, messages);
        for (const { faults } of lanes) {
          for (const [index, { at, lasts }] of faults.entries()) {
            assert.ok(at >= 0 && at < spanMs && lasts > 0, `seed ${seed}, ${messages} messages: ${at} of ${spanMs}`);
            assert.ok(at + lasts < (faults[index + 1]?.at ?? Infinity), `seed ${seed}, ${messages} messages`);
          }
        }
      }
    }
  });

  test('takes no longer however many messages there are', () => {
    assert.equal(scheduleFaults(1, 20_000).spanMs, scheduleFaults(1, 2000).spanMs);
  });

  test('is counted by kind', () => {
    const lanes = [
      { name: 'sinch' as const, faults: [faultOf('sinch_429'), faultOf('sinch_503'), faultOf('sinch_429')] },
      { name: 'server' as const, faults: [faultOf('server_killed')] },
    ];
    assert.deepEqual(countFaults({ spanMs: 1000, lanes }), { sinch_429: 2, sinch_503: 1, server_killed: 1 });
  });
});

describe('the requests of a run', () => {
  test('are the same for the same seed, spread over its time, with both policies and every priority', () => {
    const requests = chaosRequests(5, 400, 10_000);
    assert.deepEqual(requests, chaosRequests(5, 400, 10_000));
    assert.equal(requests.filter(({ onUnknownOutcome }) => onUnknownOutcome === 'hold').length, 200);
    assert.deepEqual(
      [...new Set(requests.map(({ priority }) => priority))].toSorted((a, b) => a - b),
      [1, 2, 3, 4, 5],
    );
    assert.ok(requests.every(({ at }, index) => at >= (requests[index - 1]?.at ?? 0) && at < 10_000));
    assert.ok(requests.some(({ isRepeated }) => isRepeated));
  });

  test('have an id and a recipient each, which means nothing by itself to the simulator', () => {
    const requests = chaosRequests(5, 20_000, 10_000);
    assert.ok(requests.every(({ messageId }) => isMessageId(messageId)));
    assert.equal(new Set(requests.map(({ messageId }) => messageId)).size, 20_000);
    const magic = new Set(MAGIC_RECIPIENTS.map(({ suffix }): string => suffix));
    assert.deepEqual(
      requests.filter(({ recipient }) => magic.has(recipient.slice(-4))),
      [],
    );
  });
});

function faultOf(kind: FaultKind) {
  return { kind, at: 0, lasts: 1, worker: 0 as const };
}
