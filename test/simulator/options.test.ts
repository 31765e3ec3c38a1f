import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts';

test('a wrong option is refused with its name, what was expected and what was given', async () => {
  const cases: [unknown, RegExp][] = [
    [{ port: 70_000 }, /^port: expected an integer from 0 to 65535, got 70000$/],
    [{ plans: [] }, /^plans: expected a list of at least one plan, got \[\]$/],
    [{ plans: [{ servicePlanId: 'a b', apiToken: 't' }] }, /servicePlanId: expected 1 to 64 of .*, got "a b"/],
    [{ plans: [{ servicePlanId: 'a', apiToken: '' }] }, /^plan a: apiToken: expected a string, not empty$/],
    [{ plans: [1, 2].map(() => ({ servicePlanId: 'a', apiToken: 't' })) }, /each servicePlanId once, got "a"/],
    [{ plans: [{ servicePlanId: 'a', apiToken: 't', callbackUrl: 'ftp://x' }] }, /callbackUrl: .*got "ftp:\/\/x"/],
    [{ plans: [{ servicePlanId: 'a', apiToken: 't', messagesPerSecond: 0 }] }, /messagesPerSecond: .* above 0, got 0/],
    [{ reportDelayMs: -1 }, /^reportDelayMs: expected 0 or more milliseconds, got -1$/],
    [{ lateReportMs: Number.NaN }, /^lateReportMs: .*got NaN$/],
    [{ visibilityDelayMs: Infinity }, /^visibilityDelayMs: .*got Infinity$/],
    [{ mix: { deliverd: 1 } }, /^mix: expected names of behaviours .*, got "deliverd"$/],
    [{ mix: { delivered: -1 } }, /^mix\.delivered: expected a weight of 0 or more, got -1$/],
    [{ mix: { delivered: 0 } }, /^mix: expected at least one weight above 0/],
    [{ seed: 0.5 }, /^seed: expected an integer, got 0\.5$/],
    [{ retrySignature: 'old' }, /^retrySignature: expected "fresh" or "same", got "old"$/],
    [{ clock: {} }, /^clock: expected an object with now and setTimer/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(startSimulator(options as SimulatorOptions), { name: 'TypeError', message });
  }
});

test('a token never appears in the refusal of its plan', async () => {
  const plan = { servicePlanId: 'a', apiToken: 'a-secret-token', messagesPerSecond: -1 };
  await assert.rejects(startSimulator({ plans: [plan] }), (error: Error) => !error.message.includes('a-secret-token'));
});

test('a port that is taken is an error with the code of the system', async () => {
  await using first = await startSimulator();
  await assert.rejects(startSimulator({ port: first.port }), { code: 'EADDRINUSE' });
});

test('closing twice does no harm, and who waits for the end of the work is told', async () => {
  const simulator = await startSimulator({ reportDelayMs: 1_000_000 });
  await fetch(`${simulator.url}/xms/v1/demo-plan/batches`, {
    method: 'POST',
    headers: { authorization: 'Bearer demo-token', 'content-type': 'application/json' },
    body: JSON.stringify({ to: ['491701234567'], from: 'Acme', body: 'Hello' }),
  });
  const idle = assert.rejects(simulator.whenIdle(), /closed/);
  await Promise.all([simulator.close(), simulator.close()]);
  await idle;
});
