import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Refusal } from '../../src/contract/send-outcome.ts';
import { createPlanFaults } from '../../src/plans/index.ts';

const REFUSAL: Refusal = { statusCode: 401 };

/** The faults of a plan, what was asked about them, and a clock that tests move. */
function planFaults({ confirmed = false }: { confirmed?: boolean } = {}) {
  const seen = { confirmed, probes: 0, holds: 0, now: 1_000_000 };
  const faults = createPlanFaults({
    confirm: async () => {
      seen.probes += 1;
      return seen.confirmed;
    },
    hold: async () => void (seen.holds += 1),
    now: () => seen.now,
  });
  return { faults, seen };
}

describe('a fault that a message meets', () => {
  test('holds the plan where a probe shows it too, and keeps the next messages from being sent until the queue stops', async () => {
    const { faults, seen } = planFaults({ confirmed: true });
    assert.equal(faults.recent(), undefined);
    assert.equal(await faults.faulted('m-1', REFUSAL), true);
    assert.deepEqual([seen.probes, seen.holds], [1, 1]);
    assert.deepEqual(faults.recent(), REFUSAL);
    seen.now += 1_000;
    assert.equal(faults.recent(), undefined, 'the server has stopped the queue by now');
  });

  test('holds nothing where a probe does not show it: the message alone is to blame', async () => {
    const { faults, seen } = planFaults();
    for (let times = 0; times < 5; times += 1) assert.equal(await faults.faulted('m-1', REFUSAL), false);
    assert.deepEqual([seen.probes, seen.holds], [5, 0]);
  });

  test('holds the plan without a probe where three different messages meet it in a row', async () => {
    const { faults, seen } = planFaults();
    assert.equal(await faults.faulted('m-1', REFUSAL), false);
    assert.equal(await faults.faulted('m-2', REFUSAL), false);
    assert.equal(await faults.faulted('m-3', REFUSAL), true);
    assert.equal(seen.holds, 1);
  });

  test('is not in a row with earlier ones after a message that Sinch took', async () => {
    const { faults, seen } = planFaults();
    await faults.faulted('m-1', REFUSAL);
    await faults.faulted('m-2', REFUSAL);
    faults.accepted();
    assert.equal(await faults.faulted('m-3', REFUSAL), false);
    assert.equal(seen.holds, 0);
  });

  test('is one with those that come at the same time', async () => {
    const { faults, seen } = planFaults({ confirmed: true });
    const all = await Promise.all(['m-1', 'm-2', 'm-3', 'm-4'].map((id) => faults.faulted(id, REFUSAL)));
    assert.deepEqual(all, [true, true, true, true]);
    assert.deepEqual([seen.probes, seen.holds], [1, 1]);
  });

  test('is told on where the plan could not be held, and tried again with the next', async () => {
    let failures = 1;
    const faults = createPlanFaults({
      confirm: async () => true,
      hold: async () => {
        failures -= 1;
        if (failures >= 0) throw new Error('Temporal is away');
      },
    });
    await assert.rejects(faults.faulted('m-1', REFUSAL), /Temporal is away/);
    assert.equal(faults.recent(), undefined);
    assert.equal(await faults.faulted('m-1', REFUSAL), true);
  });
});
