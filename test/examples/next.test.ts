/** The sample for Next: built as its users do, and the built server called. */
import assert from 'node:assert/strict';
import { cp, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findFreePorts } from '../../src/local/free-ports.ts';
import { deriveCallbackSecret } from '../../src/settings/index.ts';
import { listens } from '../helpers/child.ts';
import { createPackageUser } from '../helpers/package-user.ts';
import { withPostgres } from '../helpers/database.ts';
import { sendRaw } from '../helpers/raw-http.ts';
import { HMAC_SECRET, recipientReport, signatureHeaders } from '../webhook/webhook-fixture.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/next', import.meta.url));
const { resolve } = createRequire(import.meta.url);
const NEXT = resolve('next/dist/bin/next');

withPostgres('a Next application', ({ url }) => {
  test('is built with the webhook, and takes callbacks', { timeout: 600_000 }, async () => {
    await using user = await createPackageUser();
    await cp(EXAMPLE, user.folder, { recursive: true });
    // Next 15 checks types by the compiler's own interface, which TypeScript 7 has none of.
    const compiler = path.dirname(resolve('@typescript/typescript6/package.json'));
    await symlink(compiler, path.join(user.folder, 'node_modules', 'typescript'), 'junction');
    const quiet = { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' };
    const build = user.run(NEXT, quiet, ['build']);
    assert.equal(await build.exited, 0, `${build.stdout()}\n${build.stderr()}`);

    const [port = 0] = await findFreePorts('127.0.0.1', 1);
    const env = {
      ...quiet,
      DATABASE_URL: url(),
      ENCRYPTION_KEYS: Buffer.alloc(32, 7).toString('base64'),
      PUBLIC_URL: 'https://sms.example',
      SINCH_SERVICE_PLAN_ID: 'plan',
      SINCH_API_TOKEN: 'token',
      SINCH_HMAC_SECRET: HMAC_SECRET,
      // Nobody is there, and these callbacks are of no message.
      TEMPORAL_ADDRESS: '127.0.0.1:1',
    };
    const app = user.run(NEXT, env, ['start', '-H', '127.0.0.1', '-p', String(port)]);
    try {
      const isUp = async (): Promise<void> => {
        while (!(await listens(`127.0.0.1:${port}`))) await delay(50);
      };
      const ended = app.exited.then((code) => assert.fail(`It ended with ${code}: ${app.stderr()}`));
      await Promise.race([isUp(), ended]);

      const body = recipientReport({ client_reference: 'somebody-elses' });
      const call = async (place: string, headers: Record<string, string> = {}): Promise<number> => {
        const url = `http://127.0.0.1:${port}/webhooks/sinch/${place}`;
        const response = await fetch(url, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json', ...headers },
        });
        await response.body?.cancel();
        return response.status;
      };
      const secret = deriveCallbackSecret('token', 'sinch-eu');
      const said = (): string => app.stdout() + app.stderr();
      assert.equal(await call(`sinch-eu/${secret}`), 200, said());
      assert.equal(await call('sinch-signed', signatureHeaders(body, HMAC_SECRET)), 200, said());
      assert.equal(await call('sinch-signed', signatureHeaders(body, 'guessed')), 401, said());
      assert.equal(await call('nobody'), 404, said());
      assert.match(said(), /its path names no integration/);
      const head = `POST /webhooks/sinch/sinch-eu/${secret} HTTP/1.1\r\nHost: web.1\r\nConnection: close`;
      const raw = `${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
      assert.equal((await sendRaw(port, raw)).status, 200, said());
    } finally {
      app.signal('SIGTERM');
      await app.exited;
    }
  });
});
