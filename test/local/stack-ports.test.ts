import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { findFreePorts } from '../../src/local/free-ports.ts';
import { chooseStackPorts } from '../../src/local/stack-ports.ts';

const IP = '127.0.0.1';

async function choose(
  asked: Parameters<typeof chooseStackPorts>[1],
  kept: Parameters<typeof chooseStackPorts>[2],
): Promise<{ ports: Awaited<ReturnType<typeof chooseStackPorts>>; notices: string[] }> {
  const notices: string[] = [];
  return { ports: await chooseStackPorts(IP, asked, kept, (sentence) => notices.push(sentence)), notices };
}

describe('the ports of a stack', () => {
  test('are free ones at first, and all different', async () => {
    const { ports, notices } = await choose({}, {});
    assert.equal(new Set(Object.values(ports)).size, 3);
    assert.ok(Object.values(ports).every((port) => port > 0));
    assert.deepEqual(notices, []);
  });

  test('are those of the last time, but where others are asked for', async () => {
    const [http = 0, temporal = 0, ui = 0, other = 0] = await findFreePorts(IP, 4);
    assert.deepEqual((await choose({}, { http, temporal, ui })).ports, { http, temporal, ui });
    assert.deepEqual((await choose({ port: other }, { http, temporal, ui })).ports, { http: other, temporal, ui });
    // What is asked for is not given to another part, which had it the last time.
    const { ports } = await choose({ port: ui }, { http, temporal, ui });
    assert.equal(ports.http, ui);
    assert.notEqual(ports.ui, ui);
  });

  test('that another program has by now are replaced, which is said', async () => {
    const listener = createServer().listen(0, IP);
    await once(listener, 'listening');
    const address = listener.address();
    const busy = typeof address === 'object' && address !== null ? address.port : 0;
    const [temporal = 0] = await findFreePorts(IP, 1);
    try {
      const { ports, notices } = await choose({}, { http: busy, temporal });
      assert.notEqual(ports.http, busy);
      assert.equal(ports.temporal, temporal);
      assert.deepEqual(notices, [
        `Port ${busy}, where the HTTP API was the last time, is taken by another program: from now on it is at ${ports.http}.`,
      ]);
      await assert.rejects(choose({ uiPort: busy }, {}), { code: 'port_taken', message: /--ui-port/ });
    } finally {
      listener.close();
    }
  });
});
