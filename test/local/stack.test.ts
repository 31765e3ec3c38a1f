import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createLogger } from '../../src/log.ts';
import { findFreePorts } from '../../src/local/free-ports.ts';
import { type Stack, StackError, startStack, stackFilePath } from '../../src/local/index.ts';
import { listens } from '../helpers/child.ts';

const log = createLogger('silent');
const { env } = process;

/** Whether all of its addresses, which are on this machine alone, are listened at. */
async function assertListening(stack: Stack, expected: boolean): Promise<void> {
  const addresses = [stack.url, stack.temporalAddress, stack.temporalUi, stack.simulator?.url];
  for (const address of addresses) {
    assert.match(address ?? '', /^(http:\/\/)?127\.0\.0\.1:\d+$/);
    assert.equal(await listens(address ?? ''), expected, address);
  }
}

/** The process whose arguments name the stack's own port, which nobody else has. */
function temporalPid(stack: Stack): number {
  const port = new URL(`tcp://${stack.temporalAddress}`).port;
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const line = lines.find((candidate) => new RegExp(` --port[= ]${port} `).test(candidate));
  assert.ok(line, 'the Temporal server is a process of this machine');
  return Number.parseInt(line, 10);
}

async function call(stack: Stack, method: string, route: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${stack.url}/v1/projects/demo${route}`, {
    method,
    headers: { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.equal(response.status, 200);
  return (await response.json()) as Record<string, unknown>;
}

describe('the local stack', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-stack-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('stops what it started when a later part cannot start', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const dataDir = path.join(folder, 'taken');
    const [temporalPort = 0] = await findFreePorts('127.0.0.1', 1);
    try {
      await assert.rejects(startStack({ env, dataDir, memory: true, port, temporalPort, log }), (error) => {
        assert.ok(error instanceof StackError);
        assert.equal(error.code, 'port_taken');
        assert.match(error.message, new RegExp(`Port ${port} .* --port`));
        return true;
      });
      assert.equal(await listens(`127.0.0.1:${temporalPort}`), false, 'the Temporal server is stopped');
      assert.equal(existsSync(stackFilePath(dataDir)), false, 'nothing is published of a stack that is not there');
    } finally {
      other.close();
    }
  });

  test('comes up twice with the same key and messages, and leaves nothing that listens', async () => {
    const dataDir = path.join(folder, 'kept');
    const first = await startStack({ env, dataDir, log });
    try {
      await assertListening(first, true);
      assert.equal(first.apiKeyIsNew, true);
      assert.equal(statSync(stackFilePath(dataDir)).mode & 0o777, 0o600);
      assert.equal(statSync(dataDir).mode & 0o777, 0o700, 'what is in it is for its owner alone');
      await call(first, 'POST', '/messages', { messageId: 'kept-1', recipient: '+491710009907', text: 'Hello' });
      await assert.rejects(startStack({ env, dataDir, memory: true, log }), { code: 'stack_running' });
    } finally {
      await first.close();
    }
    await first.ended;
    await assertListening(first, false);
    const portOf = (address = ''): number => Number(/\d+$/.exec(address)?.[0]);
    const ports = { http: portOf(first.url), temporal: portOf(first.temporalAddress), ui: portOf(first.temporalUi) };
    assert.deepEqual(JSON.parse(readFileSync(stackFilePath(dataDir), 'utf8')), {
      apiKey: first.apiKey,
      projectId: 'demo',
      ports,
    });

    const second = await startStack({ env, dataDir, log });
    try {
      assert.equal(second.apiKeyIsNew, false);
      assert.equal(second.apiKey, first.apiKey);
      const addresses = ({ url, temporalAddress, temporalUi }: Stack) => [url, temporalAddress, temporalUi];
      assert.deepEqual(addresses(second), addresses(first), 'a bookmark of the last time still leads there');
      const view = await call(second, 'GET', '/messages/kept-1');
      assert.match(String(view['explanation']), /Germany sends no delivery reports|queue of plan/);
      const { workflowExecutionInfo } = await second.client.workflowService.describeWorkflowExecution({
        namespace: 'default',
        execution: { workflowId: 'sinch/demo/kept-1' },
      });
      assert.equal(workflowExecutionInfo?.status, 1, 'its workflow still runs');
    } finally {
      await second.close();
    }
    await second.close();
    await assertListening(second, false);
  });

  test('keeps no number and no text on disk where payloads are encrypted, and shows both in its web UI', async () => {
    const dataDir = path.join(folder, 'encrypted');
    const stack = await startStack({ env, dataDir, encryptPayloads: true, log });
    try {
      await call(stack, 'POST', '/messages', { messageId: 'm-1', recipient: '+491710009907', text: 'Sesame opens' });
      const { temporalUi = '' } = stack;
      const history = `${temporalUi}/api/v1/namespaces/default/workflows/sinch%2Fdemo%2Fm-1/history`;
      const shown = (await (await fetch(history)).json()) as {
        history: {
          events: { workflowExecutionStartedEventAttributes?: { input?: { payloads?: unknown[] } } }[];
        };
      };
      const [started] = shown.history.events;
      const payloads = started?.workflowExecutionStartedEventAttributes?.input?.payloads;
      assert.ok(payloads);
      // As the page itself does: it reads the address in the UI's settings.
      const { Codec } = (await (await fetch(`${temporalUi}/api/v1/settings`)).json()) as {
        Codec: { Endpoint: string };
      };
      const decode = (url: string) => fetch(url, { method: 'POST', body: JSON.stringify({ payloads }) });
      const decoded = await decode(`${Codec.Endpoint}/decode`);
      assert.equal(decoded.headers.get('access-control-allow-origin'), '*');
      const { payloads: plain } = (await decoded.json()) as { payloads: { data: string }[] };
      assert.match(Buffer.from(plain[0]?.data ?? '', 'base64').toString(), /491710009907.*Sesame opens/);
      const { origin } = new URL(Codec.Endpoint);
      assert.equal((await decode(`${origin}/not-the-secret-of-this-stack/decode`)).status, 404);
    } finally {
      await stack.close();
    }
    for (const name of readdirSync(dataDir).filter((file) => file.startsWith('temporal.db'))) {
      const bytes = readFileSync(path.join(dataDir, name));
      for (const trace of ['491710009907', 'Sesame']) assert.equal(bytes.includes(trace), false, `${trace} in ${name}`);
    }
  });

  test('says so when a part of it ends by itself', async () => {
    const stack = await startStack({ env, memory: true, log });
    try {
      process.kill(temporalPid(stack), 'SIGKILL');
      await assert.rejects(stack.ended, { code: 'part_ended' });
    } finally {
      await stack.close();
    }
    await assertListening(stack, false);
  });
});
