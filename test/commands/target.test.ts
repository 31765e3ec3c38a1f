import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { resolveTarget } from '../../src/commands/target.ts';

describe('the target of a command', () => {
  let dataDir = '';
  const file = (content: unknown): void =>
    writeFileSync(path.join(dataDir, 'stack.json'), typeof content === 'string' ? content : JSON.stringify(content));
  before(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-target-'));
  });
  after(() => rmSync(dataDir, { recursive: true, force: true }));

  const RUNNING = { apiKey: 'key of the file', projectId: 'demo', url: 'http://127.0.0.1:4001' };
  const ENV = {
    TEMPORAL_SINCH_URL: 'http://127.0.0.1:4002/',
    SINCH_API_KEY: 'key of the environment',
    TEMPORAL_SINCH_PROJECT: 'shop',
  };

  test('is the running stack of the folder where nothing else is named', async () => {
    file(RUNNING);
    const { url, apiKey, projectId } = await resolveTarget({ dataDir }, {});
    assert.deepEqual([url, apiKey, projectId], [RUNNING.url, RUNNING.apiKey, 'demo']);
  });

  test('is taken from the environment before the folder, and from options before both', async () => {
    file(RUNNING);
    const fromEnv = await resolveTarget({ dataDir }, ENV);
    assert.deepEqual(
      [fromEnv.url, fromEnv.apiKey, fromEnv.projectId],
      ['http://127.0.0.1:4002', ENV.SINCH_API_KEY, 'shop'],
    );
    const options = { dataDir, url: 'https://sms.example.com', apiKey: 'key of the option', project: 'other' };
    const fromOptions = await resolveTarget(options, ENV);
    assert.deepEqual(
      [fromOptions.url, fromOptions.apiKey, fromOptions.projectId],
      ['https://sms.example.com', 'key of the option', 'other'],
    );
  });

  test("never gives the folder's key to another address", async () => {
    file(RUNNING);
    await assert.rejects(resolveTarget({ dataDir, url: 'https://sms.example.com' }, {}), { code: 'no_api_key' });
  });

  test('is none where no stack runs, and the error says how to start one', async () => {
    file({ apiKey: 'key', projectId: 'demo' });
    await assert.rejects(resolveTarget({ dataDir }, {}), { code: 'no_stack', message: /temporal-sinch up/ });
  });

  test('is none where the file is broken, and the error names it', async () => {
    file('{ "apiKey": ');
    await assert.rejects(resolveTarget({ dataDir }, {}), { code: 'stack_file_unreadable', message: /stack\.json/ });
  });
});
