import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callbackPathOf, parseCallbackPath } from '../../src/contract/callback-path.ts';

test('a path that was written is read back, with and without a secret', () => {
  for (const target of [{ integrationId: 'eu-1' }, { integrationId: 'a.b_c', secret: 'x/y %?' }]) {
    assert.deepEqual(parseCallbackPath(callbackPathOf(target)), target);
  }
  assert.equal(callbackPathOf({ integrationId: 'eu-1', secret: 's3cret' }), '/webhooks/sinch/eu-1/s3cret');
});

test('a path is read below a prefix and with a slash at its end', () => {
  assert.deepEqual(parseCallbackPath('/apps/sms/webhooks/sinch/eu-1/abc/'), { integrationId: 'eu-1', secret: 'abc' });
});

test('other paths name no integration', () => {
  for (const path of [
    '/',
    '/webhooks/sinch',
    '/webhooks/sinch/',
    '/webhooks/sinch/a/b/c',
    '/xwebhooks/sinch/a',
    '/webhooks/sinch/%zz',
  ]) {
    assert.equal(parseCallbackPath(path), undefined, path);
  }
});
