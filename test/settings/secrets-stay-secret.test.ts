import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { sql } from 'drizzle-orm';
import { createKeyring, type Database, rotateSecrets } from '../../src/db/index.ts';
import { createSqlReportStore } from '../../src/events/index.ts';
import { forgetArchivedSecrets, sqlSettings } from '../../src/settings/index.ts';
import { withDatabases } from '../helpers/database.ts';
import { admin, adminOf, allOf, integrationBody, keyring, PUBLIC_URL } from './settings-fixture.ts';

/** All of them in the forms that their members take, so that each is stored somewhere. */
const SECRETS = {
  token: 'token-in-plain-sight',
  newToken: 'second-token-in-plain-sight',
  hmac: 'hmac-secret-in-plain-sight',
  previousHmac: 'previous-hmac-in-plain-sight',
  password: 'password-in-plain-sight',
  path: 'path-secret-in-plain-sight',
  exporter: 'exporter-secret-in-plain-sight',
  body: 'callback-body-in-plain-sight',
};

withDatabases('tokens and secrets', (engine) => {
  test('are in no table, view, error and log line', async () => {
    const database = engine.database();
    const admins = adminOf(database);
    const seen: [where: string, what: unknown][] = [];
    const keys: string[] = [];
    const pathSecrets = new Set<string>();

    /** The address for copying ends in the path secret, and a new key is in its answer: those are what they are for. */
    function look(where: string, view: unknown): void {
      for (const item of Array.isArray(view) ? view : [view]) {
        const { callbackUrl, key, ...shown } = (item ?? {}) as { callbackUrl?: string; key?: string };
        if (callbackUrl !== undefined) pathSecrets.add(callbackUrl.split('/').at(-1) ?? '');
        if (key !== undefined) keys.push(key);
        seen.push([where, shown]);
      }
    }
    async function fail(where: string, work: () => Promise<unknown>): Promise<void> {
      await assert.rejects(work(), (error: unknown) => {
        for (let each = error; each instanceof Error; each = each.cause)
          seen.push([where, inspect(each, { depth: 9 })]);
        return true;
      });
    }
    const log = {
      warn: (fields: object, message: string) => seen.push(['log', [fields, message]]),
      error: (fields: object, message: string) => seen.push(['log', [fields, message]]),
    };

    look('project', await admins.createProject(admin, { id: 'secret' }));
    const { token, newToken, hmac, previousHmac, password, path, exporter, body } = SECRETS;
    const auths = [
      { type: 'hmac', secrets: [hmac, previousHmac] },
      { type: 'basic', username: 'sinch', passwords: [password] },
      { type: 'url-secret', secrets: [path] },
      undefined,
    ];
    for (const [index, callbackAuth] of auths.entries()) {
      const id = `secret-${index}`;
      const url = index === 2 ? { callbackUrl: `https://own.example/hook/${path}` } : {};
      look(
        'integration',
        await admins.createIntegration(admin, 'secret', integrationBody(id, { apiToken: token, callbackAuth, ...url })),
      );
      look('changed', await admins.changeIntegration(admin, 'secret', id, { apiToken: newToken }));
    }
    look(
      'changed',
      await admins.changeIntegration(admin, 'secret', 'secret-3', {
        callbackAuth: { type: 'hmac', secrets: [previousHmac, hmac] },
      }),
    );
    const target = { baseUrl: 'https://api.example', projectToken: 'project', keyId: 'key', keySecret: exporter };
    look('exporter', await admins.changeExporter(admin, 'secret', target));
    look('exporter', await admins.changeExporter(admin, 'secret', { ...target, keySecret: `${exporter}-2` }));
    const made = await admins.createKey(admin, 'secret', { name: 'Key', role: 'admin' });
    look('key', made);
    assert.ok(await admins.holderOf(made.key));
    const store = createSqlReportStore(database, keyring);
    const kept = { integrationId: 'secret-0', rawBody: Buffer.from(body), receivedAt: '2026-11-20T10:00:00.000Z' };
    await store.keepUnmatched({ ...kept, reason: 'inbound' });
    await store.keepUnreadable({ ...kept, why: 'not JSON' });

    const create = async (more: object) =>
      admins.createIntegration(admin, 'secret', integrationBody('wrong', { apiToken: token, ...more }));
    await fail('unknown member', () => create({ token }));
    await fail('wrong token', () => create({ apiToken: `${token} ` }));
    await fail('wrong path secret', () => create({ callbackAuth: { type: 'url-secret', secrets: [`${path}!`] } }));
    await fail('wrong type', () => create({ callbackAuth: { type: hmac, secrets: [hmac] } }));
    await fail('wrong member of a secret', () => create({ callbackAuth: { type: 'hmac', secrets: [hmac], password } }));
    await fail('wrong address', () => create({ callbackUrl: `https://own.example/${path}` }));
    await fail('credentials in an address', () => create({ callbackUrl: `https://sinch:${password}@own.example/` }));
    await fail('taken id', () => create({ id: 'secret-0' }));
    await fail('another plan', () =>
      admins.changeIntegration(admin, 'secret', 'secret-0', { apiToken: token, id: 'another' }),
    );
    await fail('wrong exporter', () =>
      admins.changeExporter(admin, 'secret', { ...target, keySecret: `${exporter} ` }),
    );
    await fail('no public URL', async () => adminOf(database, { publicUrl: `https://sinch:${password}@own.example` }));
    await database.orm.execute(sql`alter table audit_entries rename to audit_entries_away`);
    await fail('no database', () => create({ callbackAuth: { type: 'hmac', secrets: [hmac] } }));
    await fail('no database', () => admins.changeExporter(admin, 'secret', { keySecret: `${exporter}-3` }));
    await database.orm.execute(sql`alter table audit_entries_away rename to audit_entries`);

    const another = createKeyring({ keys: [{ id: 'k2', key: randomBytes(32) }], current: 'k2' });
    const settings = sqlSettings(database, another, { publicUrl: PUBLIC_URL, log });
    await fail('lost key', () => settings.integration('secret-0'));
    await fail('lost key', () => settings.exporter('secret'));
    await fail('lost key', () => adminOf(database, { keyring: another }).integration('secret', 'secret-0'));
    await settings.close();
    look('rotation', await rotateSecrets(database, another));

    look('integrations', await allOf((page) => admins.integrations('secret', page), 2));
    look('one', await admins.integration('secret', 'secret-0'));
    look('keys', await allOf((page) => admins.keys('secret', page), 2));
    look('audit', await allOf((page) => admins.audit('secret', page), 2));
    look('exporter', await admins.exporter('secret'));
    await admins.archiveIntegration(admin, 'secret', 'secret-3');
    await forgetArchivedSecrets(database, keyring, new Date('2126-01-01T00:00:00.000Z'));
    for (const [table, rows] of await dumpOf(database)) seen.push([`table ${table}`, rows]);

    assert.equal(keys.length, 1);
    assert.equal(pathSecrets.size, 5);
    assert.ok(seen.some(([where]) => where === 'log'));
    const secrets = [...Object.values(SECRETS), ...keys.map((key) => key.slice(3))];
    const generated = [...pathSecrets].find((secret) => /^[0-9a-f]{32}$/.test(secret));
    assert.ok(generated);
    for (const secret of [...secrets, generated]) {
      for (const [where, what] of seen) {
        const text = typeof what === 'string' ? what : JSON.stringify(what);
        for (const form of [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')]) {
          assert.ok(!text.includes(form), `${where} shows ${secret}: ${text.slice(0, 500)}`);
        }
      }
    }
  });
});

/** Every row of every table. */
async function dumpOf({ orm }: Database): Promise<[string, unknown[]][]> {
  const tables = await orm
    .select({ name: sql<string>`table_name` })
    .from(sql`information_schema.tables`)
    .where(sql`table_schema = 'public'`);
  assert.ok(tables.length >= 13);
  return Promise.all(
    tables.map(async ({ name }): Promise<[string, unknown[]]> => {
      const table = sql.identifier(name);
      return [name, await orm.select({ row: sql`to_json(${table})` }).from(sql`${table}`)];
    }),
  );
}
