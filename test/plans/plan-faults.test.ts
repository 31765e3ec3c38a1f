import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Refusal } from '../../src/contract/send-outcome.ts';
import { createPlanFaults } from '../../src/plans/index.ts';

const REFUSAL: Refusal = { statusCode: 401 };

/** The faults of a plan, what was asked about them, and a clock that tests move. */
function planFaults({ confirmed = false }: { confirmed?: boolean } = {}) {
  const seen = { confirmed, suspects: [] as string[][], holds: 0, now: 1_000_000 };
  const faults = createPlanFaults({
    confirm: async (_refusal, suspects) => {
      seen.suspects.push([...suspects]);
      return seen.confirmed || suspects.has('only');
    },
    hold: async () => void (seen.holds += 1),
    now: () => seen.now,
  });
  const meet = async (workflowId: string, integrationId = 'shared') =>
    faults.faulted({ workflowId, integrationId }, REFUSAL);
  return { faults, seen, meet };
}

describe('a fault that a message meets', () => {
  test('holds the plan where no integration of it works, and keeps the next messages from being sent until the queue stops', async () => {
    const { faults, seen, meet } = planFaults({ confirmed: true });
    assert.equal(faults.recent('shared'), undefined);
    assert.equal(await meet('m-1'), true);
    assert.deepEqual([seen.suspects.length, seen.holds], [1, 1]);
    assert.deepEqual(faults.recent('shared'), { refusal: REFUSAL, held: true });
    assert.deepEqual(faults.recent('another'), { refusal: REFUSAL, held: true });
    seen.now += 1_000;
    assert.equal(faults.recent('shared'), undefined, 'the server has stopped the queue by now');
  });

  test('holds nothing where a probe does not show it: the message alone is to blame', async () => {
    const { faults, seen, meet } = planFaults();
    for (let times = 0; times < 5; times += 1) assert.equal(await meet('m-1'), false);
    assert.deepEqual([seen.suspects.length, seen.holds], [5, 0]);
    assert.equal(faults.recent('shared'), undefined);
  });

  test('makes its integration a suspect where three different messages meet it in a row', async () => {
    const { seen, meet } = planFaults();
    assert.equal(await meet('m-1', 'only'), false);
    assert.equal(await meet('m-2', 'only'), false);
    assert.equal(await meet('m-3', 'only'), true);
    assert.deepEqual(seen.suspects, [[], [], ['only']]);
    assert.equal(seen.holds, 1);
  });

  test('is not in a row with those of another integration', async () => {
    const { seen, meet } = planFaults();
    await meet('m-1', 'only');
    await meet('m-2', 'shared');
    assert.equal(await meet('m-3', 'only'), false);
    assert.equal(seen.holds, 0);
  });

  test('is not in a row with earlier ones after a message that Sinch took', async () => {
    const { faults, seen, meet } = planFaults();
    await meet('m-1', 'only');
    await meet('m-2', 'only');
    faults.accepted('only');
    assert.equal(await meet('m-3', 'only'), false);
    assert.equal(seen.holds, 0);
  });

  test('pauses the suspect alone where others of the plan work, until Sinch takes a message of it again', async () => {
    const { faults, seen, meet } = planFaults();
    for (const id of ['m-1', 'm-2', 'm-3']) assert.equal(await meet(id), false);
    assert.equal(seen.holds, 0);
    assert.deepEqual(faults.recent('shared'), { refusal: REFUSAL, held: false });
    assert.equal(faults.recent('another'), undefined);
    seen.now += 5_000;
    assert.equal(faults.recent('shared'), undefined, 'one message may try');
    await meet('m-4');
    assert.deepEqual(faults.recent('shared'), { refusal: REFUSAL, held: false });
    faults.accepted('shared');
    assert.equal(faults.recent('shared'), undefined);
  });

  test('is one with those that come at the same time', async () => {
    const { seen, meet } = planFaults({ confirmed: true });
    const all = await Promise.all(['m-1', 'm-2', 'm-3', 'm-4'].map(async (id) => meet(id)));
    assert.deepEqual(all, [true, true, true, true]);
    assert.deepEqual([seen.suspects.length, seen.holds], [1, 1]);
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
    const message = { workflowId: 'm-1', integrationId: 'shared' };
    await assert.rejects(faults.faulted(message, REFUSAL), /Temporal is away/);
    assert.equal(faults.recent('shared'), undefined);
    assert.equal(await faults.faulted(message, REFUSAL), true);
  });
});
