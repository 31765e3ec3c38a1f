import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { measureShare } from '../../src/tour/share.ts';

/** Arrivals at `perSecond`, over ten seconds. */
const at = (perSecond: number): number[] =>
  Array.from({ length: 10 * perSecond + 1 }, (_, index) => (index * 1000) / perSecond);

/** Gives the throughputs one after the other, and tells which were asked for. */
function measured(throughputs: Readonly<Record<'alone' | 'beside', readonly number[]>>): {
  arrive: (kind: 'alone' | 'beside', round: number) => Promise<number[]>;
  asked: string[];
} {
  const asked: string[] = [];
  return {
    asked,
    arrive: async (kind, round) => {
      asked.push(`${kind} ${round}`);
      return at(throughputs[kind][round - 1] ?? 0);
    },
  };
}

describe("a plan's share beside another one that hangs", () => {
  test('is that of what the machine gives without it', async () => {
    const { arrive, asked } = measured({ alone: [8], beside: [8] });
    assert.deepEqual(await measureShare(0.98, arrive), { alone: 8, beside: 8, share: 1, rounds: 1 });
    assert.deepEqual(asked, ['alone 1', 'beside 1']);
  });

  test('is measured again where the machine stood still in one of the two, and the best of each counts', async () => {
    const inTheFault = measured({ alone: [10, 10], beside: [6, 10] });
    assert.deepEqual(await measureShare(0.98, inTheFault.arrive), { alone: 10, beside: 10, share: 1, rounds: 2 });
    const without = measured({ alone: [5, 10], beside: [10, 10] });
    assert.equal((await measureShare(0.98, without.arrive)).share, 2, 'nothing was taken away');
  });

  test('is too small where every round loses', async () => {
    const { arrive, asked } = measured({ alone: [10, 8, 10, 9], beside: [8, 5, 8, 7] });
    assert.deepEqual(await measureShare(0.98, arrive), { alone: 10, beside: 8, share: 0.8, rounds: 4 });
    assert.equal(asked.length, 8);
  });

  test('is nothing where nothing arrives', async () => {
    const { arrive } = measured({ alone: [], beside: [] });
    assert.equal((await measureShare(0.98, arrive)).share, 0);
  });
});
