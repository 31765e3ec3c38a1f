import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createHostRules, LOOPBACK_HOSTS } from '../../src/hosts/index.ts';

/** As everybody hands it over. */
const hostnameOf = (url: string): string => new URL(url).hostname;

const ON_THE_INTERNET = [
  'https://eu.sms.api.sinch.com',
  'https://api.example.com.',
  'http://8.8.8.8',
  'https://[2606:4700::1111]',
  'https://xn--bcher-kva.example',
  // 8.8.8.8, as IPv6 networks without IPv4 reach it.
  'https://[64:ff9b::808:808]',
  'https://notlocalhost.com',
];

const PRIVATE = {
  'this machine': [
    'http://127.0.0.1',
    'http://127.9.9.9:8080',
    'http://[::1]',
    'http://localhost',
    'http://a.localhost',
  ],
  'this machine, spelt otherwise': [
    'http://2130706433',
    'http://0x7f000001',
    'http://0177.0.0.1',
    'http://127.1',
    'http://0x7f.1',
    'http://127.0.0.1.',
    'http://LOCALHOST.',
    'http://１２７.０.０.１',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://[::127.0.0.1]',
    'http://[64:ff9b::7f00:1]',
    'http://[2002:7f00:1::]',
  ],
  'this machine behind an empty part of a name': [
    'http://localhost..',
    'http://localhost../x',
    'http://127.0.0.1../x',
    'http://127.0.0.1...',
    'http://.localhost',
    'http://sinch..example',
  ],
  'no address at all': ['http://0.0.0.0', 'http://0', 'http://[::]'],
  'link-local, where clouds have their metadata': [
    'http://169.254.169.254',
    'http://[fe80::1]',
    'http://[fd00:ec2::254]',
  ],
  'private networks': [
    'https://10.0.0.1',
    'https://172.16.0.1',
    'https://192.168.1.1',
    'https://[fc00::1]',
    'https://[fec0::1]',
  ],
  'carrier-grade NAT': ['https://100.64.0.1', 'https://100.127.255.254'],
  'groups and everybody': ['https://224.0.0.1', 'https://[ff02::1]', 'https://255.255.255.255'],
  'names of networks': ['https://sinch.internal', 'https://printer.local', 'https://router.lan', 'https://metadata'],
  reserved: [
    'https://240.0.0.1',
    'https://192.0.2.1',
    'https://198.18.0.1',
    'https://[2001:db8::1]',
    'https://[100::1]',
  ],
} satisfies Record<string, string[]>;

describe('hosts that may be reached', () => {
  const rules = createHostRules();

  test('are those of the internet', () => {
    assert.deepEqual(
      ON_THE_INTERNET.filter((url) => !rules.allowsHost(hostnameOf(url))),
      [],
    );
  });

  for (const [what, urls] of Object.entries(PRIVATE)) {
    test(`are not those of: ${what}`, () => {
      assert.deepEqual(
        urls.filter((url) => rules.allowsHost(hostnameOf(url))),
        [],
      );
      const all = createHostRules(true);
      assert.ok(urls.every((url) => all.allowsHost(hostnameOf(url))));
    });
  }

  test('are judged by the addresses that their names stand for', () => {
    for (const address of ['127.0.0.1', '10.0.0.1', '::1', '::ffff:10.0.0.1', 'fe80::1%eth0', '0.0.0.0', 'nonsense']) {
      assert.equal(rules.allowsAddress('sinch.example', address), false, address);
    }
    for (const address of ['8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8']) {
      assert.equal(rules.allowsAddress('sinch.example', address), true, address);
    }
  });

  test('are more where a list allows more', () => {
    const listed = createHostRules(['Proxy.Internal', '10.1.0.0/16', '192.168.7.7', 'fd12::/16']);
    for (const [host, allowed] of [
      ['proxy.internal', true],
      ['other.internal', false],
      ['10.1.2.3', true],
      ['10.2.0.1', false],
      ['192.168.7.7', true],
      ['192.168.7.8', false],
      ['[fd12::9]', true],
      ['[::ffff:10.1.2.3]', true],
      ['127.0.0.1', false],
    ] as const) {
      assert.equal(listed.allowsHost(host), allowed, host);
    }
    assert.equal(listed.allowsAddress('proxy.internal', '172.16.0.9'), true, 'a name that is listed may stand for any');
    assert.equal(listed.allowsAddress('other.example', '10.1.9.9'), true);
    assert.equal(listed.allowsAddress('other.example', '172.16.0.9'), false);
  });

  test('are those of this machine, by one list', () => {
    const local = createHostRules(LOOPBACK_HOSTS);
    for (const host of ['localhost', '127.0.0.1', '127.5.5.5', '[::1]']) assert.ok(local.allowsHost(host), host);
    assert.ok(!local.allowsHost('10.0.0.1'));
  });

  test('are listed without scheme and port, or not at all', () => {
    for (const wrong of ['http://proxy.internal', 'proxy.internal:8080', '', '10.0.0.0/99', 'a b', '*.internal']) {
      assert.throws(
        () => createHostRules([wrong]),
        /^TypeError: allowPrivateHosts has to be true, false, or a list/,
        wrong,
      );
    }
  });
});
