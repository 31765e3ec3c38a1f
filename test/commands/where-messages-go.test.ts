import assert from 'node:assert/strict';
import { test } from 'node:test';
import { destinationLine, destinationWarnings, isReal } from '../../src/commands/where-messages-go.ts';

const real = { id: 'sinch-eu', baseUrl: 'https://eu.sms.api.sinch.com', callbackUrl: 'https://sms.example.com/x' };
const simulated = { id: 'simulator', baseUrl: 'http://127.0.0.1:9010', callbackUrl: 'http://127.0.0.1:8080/x' };

test('an integration with Sinch reaches people, and one with this machine nobody', () => {
  assert.ok(isReal(real));
  assert.match(destinationLine(real), /^to Sinch at eu\.sms\.api\.sinch\.com: messages reach people/);
  for (const baseUrl of [simulated.baseUrl, 'http://localhost:9010', 'http://[::1]:9010', 'http://sinch.localhost']) {
    assert.ok(!isReal({ baseUrl }), baseUrl);
    assert.deepEqual(destinationWarnings({ ...simulated, baseUrl }, true), []);
  }
  assert.match(destinationLine(simulated), /127\.0\.0\.1:9010 on this machine: nothing is sent to anybody/);
});

test('it is warned of what reaches people, and of a callback that Sinch cannot reach', () => {
  assert.deepEqual(destinationWarnings(real, true), [
    'Every message that names no other integration goes to Sinch at eu.sms.api.sinch.com: it reaches people, and costs money.',
  ]);
  const [reaches, unreached] = destinationWarnings({ ...real, callbackUrl: 'http://127.0.0.1:8080/secret' }, false);
  assert.match(reaches ?? '', /^What names integration sinch-eu goes to Sinch/);
  assert.match(
    unreached ?? '',
    /^Sinch cannot reach 127\.0\.0\.1:8080, so no delivery report comes .*integrations change sinch-eu --callback-url/,
  );
  assert.doesNotMatch(unreached ?? '', /secret/);
});
