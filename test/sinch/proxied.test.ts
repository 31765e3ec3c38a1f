import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { ProxySettings } from '../../src/hosts/index.ts';
import {
  createSinchClients,
  type SinchClient,
  type SinchClients,
  type SinchClientsOptions,
  testConnection,
} from '../../src/sinch/index.ts';
import { startProxy } from '../helpers/proxy.ts';
import { TEST_CERTIFICATE } from '../helpers/test-certificate.ts';
import { answering, closedPort, hanging, type ScriptedHost, startHost, submission } from './scripted-host.ts';

const BATCH = answering(201, '{"id":"01B"}', { 'content-type': 'application/json' });
const SECRET = 'pass%20word';
const AUTHORIZATION = `Basic ${Buffer.from('user:pass word').toString('base64')}`;

const withPassword = (url: string): string => url.replace('http://', `http://user:${SECRET}@`);

function clientsBy(proxies: ProxySettings, changes: SinchClientsOptions = {}): SinchClients {
  return createSinchClients({ allowPrivateHosts: true, submitTimeoutMs: 5_000, proxies, ...changes });
}

function clientOf(clients: SinchClients, baseUrl: string): SinchClient {
  return clients.for({ baseUrl, servicePlanId: 'plan', apiToken: 'token' });
}

/** Sinch behind TLS. */
const startSinch = (script = BATCH): Promise<ScriptedHost> => startHost(script, TEST_CERTIFICATE);

describe('a host of https by a proxy', () => {
  // Its certificate is signed by nobody.
  before(() => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  });

  test('is spoken to through a tunnel, whose connections stay as long as others', async () => {
    await using host = await startSinch();
    await using proxy = await startProxy({ demands: AUTHORIZATION });
    await using clients = clientsBy({ https: withPassword(proxy.url) }, { connections: 1 });
    const client = clientOf(clients, host.baseUrl);
    for (let times = 0; times < 3; times += 1) assert.equal((await client.submit(submission())).kind, 'accepted');
    const address = host.baseUrl.replace('https://', '');
    assert.deepEqual(proxy.asked, [`CONNECT ${address}`]);
    assert.deepEqual(proxy.authorizations, [AUTHORIZATION]);
    assert.equal(host.seen.length, 3);
    assert.equal(host.seen[0]?.headers.host, address);
    assert.equal(host.seen[0]?.headers['proxy-authorization'], undefined, 'credentials stay with the proxy');
  });

  test('goes by the proxy for http where none for https is named, and by none where the host is an exception', async () => {
    await using host = await startSinch();
    await using proxy = await startProxy();
    for (const [proxies, asked] of [
      [{ http: proxy.url }, 1],
      [{ http: proxy.url, none: '127.0.0.1' }, 0],
      [{ https: proxy.url, none: '10.0.0.0/8, 127.0.0.0/8' }, 0],
      [{ https: proxy.url, none: '*' }, 0],
    ] as const) {
      proxy.asked.length = 0;
      await using clients = clientsBy(proxies);
      assert.equal((await clientOf(clients, host.baseUrl).submit(submission())).kind, 'accepted');
      assert.equal(proxy.asked.length, asked, JSON.stringify(proxies));
    }
  });

  for (const [what, fault, words] of [
    ['wants other credentials', { status: 407 }, /HTTP 407\); it demands credentials/],
    ['cannot reach the host', { status: 502 }, /HTTP 502/],
    ['does not let the host through', { status: 403 }, /HTTP 403/],
    ['redirects', { status: 302 }, /HTTP 302/],
    ['breaks off', 'reset', /ECONNRESET/],
    ['does not answer', 'hang', /no answer in time/],
  ] as const) {
    test(`is not sent anything where the proxy ${what}: the message waits, and the proxy is named without its password`, async () => {
      await using host = await startSinch();
      await using proxy = await startProxy();
      proxy.fault = fault;
      await using clients = clientsBy({ https: withPassword(proxy.url) }, { connectTimeoutMs: 1_000 });
      const outcome = await clientOf(clients, host.baseUrl).submit(submission());
      assert.ok(outcome.kind === 'not_accepted' && outcome.error === 'proxy_failed', JSON.stringify(outcome));
      assert.match(outcome.comment ?? '', words);
      assert.match(outcome.comment ?? '', new RegExp(`The proxy ${proxy.url.replace('http://', '')} opened no way`));
      assert.doesNotMatch(JSON.stringify(outcome), /pass|user|dXNlc/);
      assert.equal(host.seen.length, 0);
      assert.ok(proxy.asked.length <= 1, `it was asked ${proxy.asked.length} times`);

      proxy.fault = undefined;
      assert.equal((await clientOf(clients, host.baseUrl).submit(submission())).kind, 'accepted');
      assert.equal(host.seen.length, 1, 'what was given up never leaves later');
    });
  }

  test('is not sent anything where no proxy listens, or what it tunnels to speaks no TLS', async () => {
    await using host = await startHost(BATCH);
    await using proxy = await startProxy();
    await using clients = clientsBy({ https: `http://127.0.0.1:${await closedPort()}` });
    const refused = await clientOf(clients, host.baseUrl.replace('http:', 'https:')).submit(submission());
    assert.ok(refused.kind === 'not_accepted' && refused.error === 'proxy_failed', JSON.stringify(refused));
    assert.match(refused.comment ?? '', /ECONNREFUSED/);
    await using others = clientsBy({ https: proxy.url });
    const plain = await clientOf(others, host.baseUrl.replace('http:', 'https:')).submit(submission());
    assert.equal(plain.kind, 'not_accepted');
    assert.equal(host.seen.length, 0);
  });

  test('has a send of unknown outcome where the tunnel breaks or hangs once the request was written', async () => {
    await using host = await startSinch((_, __, socket) => void socket.destroy());
    await using proxy = await startProxy();
    await using clients = clientsBy({ https: proxy.url }, { submitTimeoutMs: 1_500 });
    assert.equal((await clientOf(clients, host.baseUrl).submit(submission())).kind, 'unknown');
    host.script = hanging;
    assert.equal((await clientOf(clients, host.baseUrl).submit(submission())).kind, 'unknown');
    assert.equal(host.seen.length, 2);
  });

  test('says in a test of the connection what the proxy did', async () => {
    await using host = await startSinch();
    await using proxy = await startProxy({ demands: AUTHORIZATION });
    await using clients = clientsBy({ https: proxy.url });
    const integration = { servicePlanId: 'plan', region: 'custom' as const, baseUrl: host.baseUrl, apiToken: 'token' };
    const result = await testConnection(integration, { clients });
    assert.equal(result.verdict, 'network');
    assert.match(result.explanation, /not reached by the proxy that HTTPS_PROXY.*HTTP 407\); it demands credentials/);
  });
});

describe('a host of http by a proxy', () => {
  test('is sent requests with its whole address, and the credentials stay with the proxy', async () => {
    await using host = await startHost(BATCH);
    await using proxy = await startProxy({ demands: AUTHORIZATION });
    await using clients = clientsBy({ http: withPassword(proxy.url) });
    assert.equal((await clientOf(clients, host.baseUrl).submit(submission())).kind, 'accepted');
    assert.deepEqual(proxy.asked, [`POST ${host.baseUrl}/xms/v1/plan/batches`]);
    assert.deepEqual(proxy.authorizations, [AUTHORIZATION]);
    assert.equal(host.seen[0]?.headers.host, host.baseUrl.replace('http://', ''));
    assert.equal(host.seen[0]?.headers.authorization, 'Bearer token');
  });

  test('is of unknown outcome where the proxy lost the answer, and where it never passed the request on, which it does not tell', async () => {
    await using host = await startHost(BATCH);
    await using proxy = await startProxy();
    await using clients = clientsBy({ http: proxy.url });
    for (const [fault, seen] of [
      [{ statusAfterPassingOn: 502 }, 1],
      [{ statusAfterPassingOn: 504 }, 2],
      [{ status: 502 }, 2],
      ['reset', 2],
    ] as const) {
      proxy.fault = fault;
      assert.equal((await clientOf(clients, host.baseUrl).submit(submission())).kind, 'unknown');
      assert.equal(host.seen.length, seen);
    }
  });

  test('is not sent anything where the proxy demands credentials or is not there', async () => {
    await using host = await startHost(BATCH);
    await using proxy = await startProxy({ demands: AUTHORIZATION });
    await using clients = clientsBy({ http: proxy.url });
    const denied = await clientOf(clients, host.baseUrl).submit(submission());
    assert.ok(denied.kind === 'integration_fault' && denied.error === 'not_sinch', JSON.stringify(denied));
    assert.match(denied.comment ?? '', /server squid.*demands credentials/);
    await using away = clientsBy({ http: `http://127.0.0.1:${await closedPort()}` });
    const outcome = await clientOf(away, host.baseUrl).submit(submission());
    assert.ok(outcome.kind === 'not_accepted' && outcome.error === 'proxy_failed', JSON.stringify(outcome));
    assert.equal(host.seen.length, 0);
  });
});

describe('private hosts behind a proxy', () => {
  test('are refused as they are without one, before the proxy hears of them', async () => {
    await using proxy = await startProxy();
    await using clients = clientsBy({ https: proxy.url, http: proxy.url }, { allowPrivateHosts: false });
    for (const host of ['127.0.0.1', '2130706433', '[::1]', '10.1.2.3', 'localhost', 'sinch.internal', 'intranet']) {
      for (const scheme of ['http', 'https']) {
        const outcome = await clientOf(clients, `${scheme}://${host}`).submit(submission());
        assert.ok(
          outcome.kind === 'integration_fault' && outcome.error === 'host_not_allowed',
          JSON.stringify([host, outcome]),
        );
      }
    }
    assert.deepEqual(proxy.asked, []);
  });
});
