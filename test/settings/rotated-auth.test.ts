import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CallbackAuth, sqlSettings } from '../../src/settings/index.ts';
import { withDatabases } from '../helpers/database.ts';
import { admin, adminOf, integrationBody, keyring } from './settings-fixture.ts';
import { refusal } from './refusal.ts';

const [FIRST, SECOND, THIRD] = ['1'.repeat(32), '2'.repeat(32), '3'.repeat(32)] as const;

withDatabases('a new secret of callbacks', (engine) => {
  /** What callbacks are held against, and the address that Sinch is told, after each secret became the current one. */
  async function rotate(id: string, callbackAuth: CallbackAuth, secrets: readonly string[], callbackUrl?: string) {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id });
    const address = callbackUrl === undefined ? {} : { callbackUrl };
    await settings.createIntegration(admin, id, integrationBody(id, { callbackAuth, ...address }));
    for (const newCallbackSecret of secrets) await settings.changeIntegration(admin, id, id, { newCallbackSecret });
    await using reader = sqlSettings(engine.database(), keyring);
    const integration = await reader.integration(id);
    return { auth: integration?.callbackAuth, url: integration?.callbackUrl };
  }

  test('leaves the one before valid, and no older one', async () => {
    const { auth } = await rotate('hmac', { type: 'hmac', secrets: [FIRST], toleranceMs: 1e9 }, [SECOND]);
    assert.deepEqual(auth, { type: 'hmac', secrets: [SECOND, FIRST], toleranceMs: 1e9 });
    const basic = await rotate('basic', { type: 'basic', username: 'sinch', passwords: [FIRST] }, [SECOND, THIRD]);
    assert.deepEqual(basic.auth, { type: 'basic', username: 'sinch', passwords: [THIRD, SECOND] });
  });

  test('does not push the one before out where it is given again', async () => {
    const { auth } = await rotate('again', { type: 'hmac', secrets: [FIRST] }, [SECOND, SECOND]);
    assert.deepEqual(auth, { type: 'hmac', secrets: [SECOND, FIRST] });
  });

  test('goes to the end of an address that ended in the one before', async () => {
    const auth: CallbackAuth = { type: 'url-secret', secrets: [FIRST] };
    const address = 'https://sms.example.com/webhooks/sinch/url';
    const rotated = await rotate('url', auth, [SECOND], `${address}/${FIRST}`);
    assert.deepEqual(rotated, { auth: { ...auth, secrets: [SECOND, FIRST] }, url: `${address}/${SECOND}` });
  });

  test('is refused where it is no secret, or comes with others, and is not shown', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'refused' });
    await settings.createIntegration(admin, 'refused', integrationBody('refused'));
    const short = settings.changeIntegration(admin, 'refused', 'refused', { newCallbackSecret: 'too-short-secret' });
    await assert.rejects(short, refusal('invalid_settings', ['newCallbackSecret']));
    await assert.rejects(short, (error: Error) => !error.message.includes('too-short'));
    const callbackAuth: CallbackAuth = { type: 'hmac', secrets: [FIRST] };
    await assert.rejects(
      settings.changeIntegration(admin, 'refused', 'refused', { newCallbackSecret: SECOND, callbackAuth }),
      refusal('invalid_settings', ['newCallbackSecret']),
    );
    const [entry] = (await settings.audit('refused', { limit: 1 })).items;
    assert.equal(entry?.action, 'integration.created');
  });
});
