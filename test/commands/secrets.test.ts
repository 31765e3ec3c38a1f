import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { loadKeyring } from '../../src/db/index.ts';
import { sqlSettings } from '../../src/settings/index.ts';
import { withPostgres } from '../helpers/database.ts';
import { admin, adminOf, integrationBody, TOKEN } from '../settings/settings-fixture.ts';
import { runCommand } from './context.ts';

const newKey = (): string => randomBytes(32).toString('base64');

withPostgres('secrets rotate', (engine) => {
  test('encrypts everything anew with the first key, after which the other one can go', async () => {
    const [before, after] = [newKey(), newKey()];
    const settings = adminOf(engine.database(), { keyring: await loadKeyring({ keys: before }) });
    await settings.createProject(admin, { id: 'shop' });
    await settings.createIntegration(admin, 'shop', integrationBody('sinch-eu'));
    const env = { DATABASE_URL: engine.url() };

    const keyMissing = await runCommand(['secrets', 'rotate'], { ...env, ENCRYPTION_KEYS: after });
    assert.equal(keyMissing.exitCode, 1);
    assert.match(keyMissing.stdout, /\nAPI tokens +0 +1\n/);
    assert.match(keyMissing.stdout, /2 values are encrypted with a key that is not there: add it behind the others/);

    const rotated = await runCommand(['secrets', 'rotate'], { ...env, ENCRYPTION_KEYS: `${after},${before}` });
    assert.equal(rotated.exitCode, 0, rotated.stderr);
    assert.match(rotated.stdout, /^what +encrypted anew +no key for\nAPI tokens +1 +0\nsecrets of callbacks +1 +0\n/);
    assert.match(
      rotated.stdout,
      /\nNothing in the database needs the other keys any more\. Encrypted payloads in Temporal do, /,
    );

    await using now = sqlSettings(engine.database(), await loadKeyring({ keys: after }));
    assert.equal((await now.integration('sinch-eu'))?.apiToken, TOKEN);
    const again = await runCommand(['secrets', 'rotate', '--json'], { ...env, ENCRYPTION_KEYS: after });
    const { encrypted } = JSON.parse(again.stdout) as { encrypted: Record<string, number> };
    assert.deepEqual([...new Set(Object.values(encrypted))], [0]);
    for (const { stdout, stderr } of [keyMissing, rotated, again]) {
      for (const secret of [before, after, TOKEN]) assert.ok(!`${stdout}${stderr}`.includes(secret));
    }
  });

  test('makes no key file, whose key would decrypt nothing', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-rotate-'));
    try {
      const file = path.join(folder, 'wrong.key');
      const env = { DATABASE_URL: engine.url(), ENCRYPTION_KEY_FILE: file };
      const { exitCode, stderr } = await runCommand(['secrets', 'rotate'], env);
      assert.equal(exitCode, 1);
      assert.match(stderr, /ENCRYPTION_KEY_FILE: there is no file .*wrong\.key/);
      assert.deepEqual(readdirSync(folder), []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
