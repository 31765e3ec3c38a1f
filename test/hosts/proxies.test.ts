import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createHostRules, createProxies, guardedPool, type LookUp, proxySettingsOf } from '../../src/hosts/index.ts';
import { startProxy } from '../helpers/proxy.ts';

const PROXY = 'http://proxy.internal:3128';

describe('the proxy of a host', () => {
  const named = (none: string, address: string): string | undefined =>
    createProxies({ http: PROXY, https: 'https://secure.internal', none }).for(new URL(address))?.name;

  test('is that of its scheme', () => {
    assert.equal(named('', 'https://eu.sms.api.sinch.com'), 'secure.internal');
    assert.equal(named('', 'http://eu.sms.api.sinch.com'), 'proxy.internal:3128');
    assert.equal(createProxies().for(new URL('https://eu.sms.api.sinch.com')), undefined);
    assert.equal(createProxies({ https: PROXY }).for(new URL('http://eu.sms.api.sinch.com')), undefined);
  });

  const exceptions: readonly [none: string, address: string, direct: boolean][] = [
    ['*', 'https://eu.sms.api.sinch.com', true],
    ['sinch.com', 'https://eu.sms.api.sinch.com', true],
    ['.sinch.com', 'https://eu.sms.api.sinch.com', true],
    ['*.sinch.com', 'https://eu.sms.api.sinch.com', true],
    ['a.example, EU.SMS.API.SINCH.COM.', 'https://eu.sms.api.sinch.com', true],
    ['a.example\tsinch.com', 'https://eu.sms.api.sinch.com', true],
    ['inch.com', 'https://eu.sms.api.sinch.com', false],
    ['sinch.com.example', 'https://eu.sms.api.sinch.com', false],
    ['sinch.com:443', 'https://eu.sms.api.sinch.com', true],
    ['sinch.com:8443', 'https://eu.sms.api.sinch.com', false],
    ['sinch.com:80', 'http://eu.sms.api.sinch.com', true],
    ['127.0.0.1', 'http://127.0.0.1:8080', true],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080', true],
    ['127.0.0.0/8', 'http://127.1.2.3', true],
    ['10.0.0.0/8', 'http://127.1.2.3', false],
    ['[::1]', 'http://[::1]:8080', true],
    ['::1', 'http://[::1]', true],
    ['[::1]:8080', 'http://[::1]:8080', true],
    ['fd00::/8', 'http://[fd12::1]', true],
    ['fd00::/8', 'http://127.0.0.1', false],
    ['127.0.0.1', 'http://localhost', false],
    [' , ,', 'https://eu.sms.api.sinch.com', false],
  ];
  for (const [none, address, direct] of exceptions) {
    test(`${direct ? 'is none' : 'stays'} for ${address} where the exceptions are "${none}"`, () => {
      assert.equal(named(none, address) === undefined, direct);
    });
  }

  test('is read from the environment in either case, the lower one first', () => {
    assert.deepEqual(
      proxySettingsOf({ HTTPS_PROXY: 'a', http_proxy: 'b', HTTP_PROXY: 'c', NO_PROXY: 'd', no_proxy: '' }),
      {
        https: 'a',
        http: 'b',
        none: 'd',
      },
    );
    assert.deepEqual(proxySettingsOf({ HTTPS_PROXY: '' }), {});
  });

  test('may be written without a scheme, and with credentials that hold anything', () => {
    const proxy = createProxies({ https: 'us%40er:p%3A%25@proxy.internal:3128' }).for(new URL('https://sinch.com'));
    assert.equal(proxy?.name, 'proxy.internal:3128');
    assert.equal(proxy?.authorization, `Basic ${Buffer.from('us@er:p:%').toString('base64')}`);
  });

  for (const wrong of [
    'socks5://me:secret@proxy',
    'http://',
    'http://a b:secret',
    'ftp://me:secret@x',
    'http://p/path',
  ]) {
    test(`is refused where it is ${wrong.replace('secret', '…')}, without its password`, () => {
      assert.throws(
        () => createProxies({ https: wrong }),
        (error: unknown) =>
          error instanceof TypeError && /for https has to be/.test(error.message) && !/secret/.test(error.message),
      );
    });
  }
});

describe('a name behind a proxy', () => {
  const lookUpOf =
    (...addresses: string[]): LookUp =>
    (_, __, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
  const unknown: LookUp = (_, __, callback) => callback(Object.assign(new Error('no name'), { code: 'ENOTFOUND' }), []);

  async function codeOf(name: string, lookUp: LookUp, allow: string[] = []): Promise<[code: unknown, asked: number]> {
    await using proxy = await startProxy();
    proxy.fault = { status: 502 };
    for (const scheme of ['https', 'http']) {
      const pool = guardedPool(`${scheme}://${name}`, {
        rules: createHostRules(allow),
        timeoutMs: 1_000,
        lookUp,
        proxies: createProxies({ https: proxy.url, http: proxy.url }),
        pool: {},
      });
      try {
        const { statusCode } = await pool.request({
          origin: `${scheme}://${name}`,
          method: 'GET',
          path: '/',
          headers: {},
        });
        return [statusCode, proxy.asked.length];
      } catch (error) {
        if (scheme === 'http' || (error instanceof Error && 'code' in error && error.code === 'proxy_failed')) {
          return [error instanceof Error && 'code' in error && error.code, proxy.asked.length];
        }
      } finally {
        await pool.close();
      }
    }
    return [undefined, proxy.asked.length];
  }

  test('is refused where it stands for an address of a private network, though the proxy would look it up', async () => {
    assert.deepEqual(await codeOf('rebound.example', lookUpOf('10.1.2.3')), ['host_not_allowed', 0]);
    assert.deepEqual(await codeOf('rebound.example', lookUpOf('192.0.43.8', '127.0.0.1')), ['host_not_allowed', 0]);
    assert.deepEqual(await codeOf('rebound.example', lookUpOf()), ['host_not_allowed', 0]);
  });

  test('is not asked for where it is not known here, unless it is listed or one of the internet beyond doubt', async () => {
    assert.deepEqual(await codeOf('gateway.example', unknown), ['ENOTFOUND', 0]);
    assert.deepEqual(await codeOf('gateway.example', unknown, ['gateway.example']), ['proxy_failed', 1]);
    assert.deepEqual(await codeOf('eu.sms.api.sinch.com', unknown), ['proxy_failed', 1]);
    assert.deepEqual(await codeOf('sinch.com.example', unknown), ['ENOTFOUND', 0]);
  });

  test('is asked for where all that it stands for may be reached', async () => {
    assert.deepEqual(await codeOf('gateway.example', lookUpOf('192.0.43.8')), ['proxy_failed', 1]);
  });
});
