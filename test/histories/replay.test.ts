import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';

const folder = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => basename(file, '.json'));

Runtime.install({
  logger: new DefaultLogger('ERROR', () => undefined),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }), forward: {} } },
});

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}

/** Replays every recorded history; gives the error of each that does not fit the workflow. */
async function replay(workflowsPath: string): Promise<Map<string, Error | undefined>> {
  const histories = names.map((name) => ({
    workflowId: `sinch/shop/${name}`,
    history: JSON.parse(readFileSync(pathOf(`${name}.json`), 'utf8')) as unknown,
  }));
  const results = new Map<string, Error | undefined>();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowsPath }, histories)) {
    results.set(basename(workflowId), error);
  }
  return results;
}

test('every recorded history replays with the workflow as it is', async () => {
  const results = await replay(pathOf('../../src/workflows/index.ts'));
  assert.deepEqual([...results.keys()].sort(), [...names].sort());
  assert.ok(results.size >= 10, `${results.size} histories`);
  for (const [name, error] of results) assert.equal(error, undefined, `${name}: ${error?.message}`);
});

test('a workflow that does something else does not replay them', async () => {
  const results = await replay(pathOf('changed-workflow.ts'));
  assert.equal(results.size, names.length);
  for (const [name, error] of results) assert.equal(error?.name, 'DeterminismViolationError', name);
});

for (const name of names) {
  test(`the history ${name} names neither a machine nor a person`, () => {
    const text = readFileSync(pathOf(`${name}.json`), 'utf8');
    assert.doesNotMatch(text, /\/(?:home|root|work|Users|tmp)\/|file:\/\//);
    const identities = [...text.matchAll(/"identity": "([^"]*)"/g)].map(([, identity]) => identity);
    assert.ok(identities.length > 0, 'identities are recorded');
    for (const identity of identities) assert.match(identity ?? '', /^(?:client|worker|history-service|temporal-system|temporal-scheduler-default-sinch-sweep\/plan-main|)$/);
  });
}
