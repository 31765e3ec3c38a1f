import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { type AllowPrivateHosts, createHostRules, guardedConnector, type LookUp } from '../../src/hosts/index.ts';
import { createSinchClient } from '../../src/sinch/index.ts';
import { submission } from '../sinch/scripted-host.ts';

/** A service of this machine that nobody is to reach, and who reached it. */
async function startService() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.end('HTTP/1.1 201 Created\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    reached: () => sockets.length,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** A name service that answers with each list in turn, and the last one from then on. */
function nameService(...answers: readonly (readonly string[])[]): { lookUp: LookUp; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    lookUp: (hostname, _, callback) => {
      const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(hostname);
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
  };
}

function connect(origin: string, allowPrivateHosts: AllowPrivateHosts, lookUp?: LookUp): Pool {
  const rules = createHostRules(allowPrivateHosts);
  return new Pool(origin, {
    connect: guardedConnector({ rules, timeoutMs: 1_000, ...(lookUp === undefined ? {} : { lookUp }) }),
  });
}

const get = async (pool: Pool): Promise<number> => {
  try {
    return (await pool.request({ method: 'GET', path: '/' })).statusCode;
  } finally {
    await pool.close();
  }
};

describe('connections', () => {
  test('are not made to an address of this machine, however it is spelt', async () => {
    await using service = await startService();
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', 'localhost']) {
      await assert.rejects(get(connect(`http://${host}:${service.port}`, false)), {
        name: 'HostNotAllowedError',
        code: 'host_not_allowed',
      });
    }
    assert.equal(service.reached(), 0);
    assert.equal(await get(connect(`http://127.0.0.1:${service.port}`, ['127.0.0.1'])), 201);
  });

  test('are not made where a name of the internet stands for an address of this machine', async () => {
    await using service = await startService();
    const names = nameService(['127.0.0.1']);
    const origin = `http://rebound.example:${service.port}`;
    await assert.rejects(get(connect(origin, false, names.lookUp)), { code: 'host_not_allowed' });
    assert.equal(service.reached(), 0);
    assert.deepEqual(names.asked, ['rebound.example']);
    assert.equal(await get(connect(origin, ['127.0.0.0/8'], names.lookUp)), 201);
  });

  test('are made to the addresses that were judged, although the name stands for others a moment later', async () => {
    await using service = await startService();
    // Allowed the first time; every later question is answered with this machine's own address.
    const names = nameService(['127.0.0.2', '10.0.0.1'], ['127.0.0.1']);
    const origin = `http://rebound.example:${service.port}`;
    // Nobody listens on the allowed address: what matters is who is not reached.
    await assert.rejects(get(connect(origin, ['127.0.0.2'], names.lookUp)), { code: 'ECONNREFUSED' });
    assert.equal(names.asked.length, 1, 'who connects does not ask again');
    assert.equal(service.reached(), 0);
    await assert.rejects(get(connect(origin, ['127.0.0.2'], names.lookUp)), { code: 'host_not_allowed' });
    assert.equal(service.reached(), 0);
  });

  test('fail as they do without rules where the name is unknown', async () => {
    const failing: LookUp = (_, __, callback) =>
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    await assert.rejects(get(connect('http://nowhere.example', false, failing)), { code: 'ENOTFOUND' });
  });
});

test('a message is not sent to a host that is not allowed, and that is a fault of the integration', async () => {
  await using service = await startService();
  const client = createSinchClient({
    baseUrl: `http://127.0.0.1:${service.port}`,
    servicePlanId: 'plan',
    apiToken: 'token',
  });
  const outcome = await client.submit(submission());
  assert.equal(outcome.kind, 'integration_fault');
  assert.equal(outcome.error, 'host_not_allowed');
  assert.match(outcome.comment ?? '', /^The request was not made: the host of the integration's base URL has to be on/);
  assert.deepEqual(await client.checkAccess(), {
    kind: 'unreachable',
    fault: 'not_allowed',
    code: 'host_not_allowed',
  });
  assert.equal(service.reached(), 0);
});
