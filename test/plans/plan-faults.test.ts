import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Refusal } from '../../src/contract/send-outcome.ts';
import { createPlanFaults, type Responsible } from '../../src/plans/index.ts';

const REFUSAL: Refusal = { statusCode: 401 };

/** The faults of a plan, what a probe would find, and a clock that tests move. */
function planFaults(responsible: Responsible = 'message') {
  const seen = { responsible, probes: 0, holds: 0, now: 1_000_000 };
  const faults = createPlanFaults({
    examine: async () => {
      seen.probes += 1;
      return seen.responsible;
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
    const { faults, seen, meet } = planFaults('plan');
    assert.equal(faults.recent('shared'), undefined);
    assert.equal(await meet('m-1'), 'held');
    assert.deepEqual([seen.probes, seen.holds], [1, 1]);
    assert.deepEqual(faults.recent('shared'), { refusal: REFUSAL, held: true });
    assert.deepEqual(faults.recent('another'), { refusal: REFUSAL, held: true });
    seen.now += 1_000;
    assert.equal(faults.recent('shared'), undefined, 'the server has stopped the queue by now');
  });

  test('is its own where a probe shows none, however often it meets it', async () => {
    const { faults, seen, meet } = planFaults();
    for (let times = 0; times < 100; times += 1) {
      assert.equal(await meet('m-1'), 'alone');
      seen.now += 60_000;
    }
    assert.deepEqual([seen.probes, seen.holds], [100, 0]);
    assert.equal(faults.recent('shared'), undefined, 'the others go on');
  });

  test('is met again and again where others were taken between one time and the next', async () => {
    const { faults, meet } = planFaults();
    const decisions: string[] = [];
    for (let times = 0; times < 4; times += 1) {
      decisions.push(await meet('m-1'));
      faults.accepted('shared');
    }
    assert.deepEqual(decisions, ['alone', 'alone', 'alone_again', 'alone_again']);
    assert.equal(await meet('m-2'), 'alone', 'one message tells nothing of another');
  });

  test('is not met again and again where none was taken meanwhile, or only one of another integration', async () => {
    const { faults, meet } = planFaults();
    faults.accepted('shared');
    for (let times = 0; times < 5; times += 1) {
      assert.equal(await meet('m-1'), 'alone');
      faults.accepted('another');
    }
  });

  test('of thirty messages in a row holds the plan after ten seconds although no probe shows it', async () => {
    const { seen, meet } = planFaults();
    for (let index = 0; index < 40; index += 1) assert.equal(await meet(`m-${index}`), 'alone');
    seen.now += 10_000;
    assert.equal(await meet('m-40'), 'held');
    assert.equal(seen.holds, 1);
  });

  test('of five messages in a row holds it after five minutes', async () => {
    const { seen, meet } = planFaults();
    assert.equal(await meet('m-1'), 'alone');
    seen.now += 300_000;
    for (const id of ['m-2', 'm-3', 'm-4']) assert.equal(await meet(id), 'alone');
    assert.equal(await meet('m-5'), 'held');
  });

  test('of messages that have met it before never holds the plan again, though new ones of a longer row may', async () => {
    const { seen, meet } = planFaults();
    const ids = Array.from({ length: 40 }, (_, index) => `m-${index}`);
    for (const id of ids) await meet(id);
    seen.now += 10_000;
    assert.equal(await meet('m-40'), 'held');
    for (let rounds = 0; rounds < 10; rounds += 1) {
      seen.now += 60_000;
      for (const id of ids) assert.equal(await meet(id), 'alone');
    }
    assert.equal(seen.holds, 1);
    for (let index = 50; index < 100; index += 1) {
      assert.equal(await meet(`m-${index}`), 'alone', 'the row was longer');
      seen.now += 500;
    }
    seen.now += 10_000;
    assert.equal(await meet('m-100'), 'held', 'a fault that goes on');
  });

  test('is not in a row with those before a message that Sinch took', async () => {
    const { faults, seen, meet } = planFaults();
    for (let index = 0; index < 100; index += 1) {
      assert.equal(await meet(`m-${index}`), 'alone');
      seen.now += 1_000;
      if (index % 5 === 0) faults.accepted('shared');
    }
    assert.equal(seen.holds, 0);
  });

  test('pauses its integration alone where others of the plan work, until Sinch takes a message of it again', async () => {
    const { faults, seen, meet } = planFaults('integration');
    assert.equal(await meet('m-1'), 'alone');
    assert.equal(seen.holds, 0);
    assert.deepEqual(faults.recent('shared'), { refusal: REFUSAL, held: false });
    assert.equal(faults.recent('another'), undefined);
    seen.now += 5_000;
    assert.equal(faults.recent('shared'), undefined, 'one message may try');
    await meet('m-2');
    assert.deepEqual(faults.recent('shared'), { refusal: REFUSAL, held: false });
    faults.accepted('shared');
    assert.equal(faults.recent('shared'), undefined);
  });

  test('in a row of one integration pauses that alone where Sinch takes messages of another', async () => {
    const { faults, seen, meet } = planFaults();
    faults.accepted('another');
    for (let index = 0; index < 30; index += 1) await meet(`m-${index}`);
    seen.now += 10_000;
    assert.equal(await meet('m-30'), 'alone');
    assert.deepEqual(faults.recent('shared'), { refusal: REFUSAL, held: false });
    assert.equal(faults.recent('another'), undefined);
    assert.equal(seen.holds, 0);
  });

  test('is one with those that come at the same time', async () => {
    const { seen, meet } = planFaults('plan');
    const all = await Promise.all(['m-1', 'm-2', 'm-3', 'm-4'].map(async (id) => meet(id)));
    assert.deepEqual(all, ['held', 'held', 'held', 'held']);
    assert.deepEqual([seen.probes, seen.holds], [1, 1]);
  });

  test('is told on where the plan could not be held, and tried again with the next', async () => {
    let failures = 1;
    const faults = createPlanFaults({
      examine: async () => 'plan',
      hold: async () => {
        failures -= 1;
        if (failures >= 0) throw new Error('Temporal is away');
      },
    });
    const message = { workflowId: 'm-1', integrationId: 'shared' };
    await assert.rejects(faults.faulted(message, REFUSAL), /Temporal is away/);
    assert.equal(faults.recent('shared'), undefined);
    assert.equal(await faults.faulted(message, REFUSAL), 'held');
  });
});
