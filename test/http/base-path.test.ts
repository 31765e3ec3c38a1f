/** A public URL with a path: a proxy in front keeps the path or takes it off, and either is answered. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Database, openDatabase } from '../../src/db/index.ts';
import { callbackUrlOf } from '../../src/settings/callback-address.ts';
import { staticSettings } from '../../src/settings/index.ts';
import { createBench, PATH_SECRET, recipientReport } from '../webhook/webhook-fixture.ts';
import { API_KEY, startApp, type TestApp, UI_ORIGIN } from './http-fixture.ts';

let database: Database;
before(async () => {
  database = await openDatabase({ memory: true });
});
after(() => database.close());

const KEY = { 'x-api-key': API_KEY };

/** @returns the status of what stands at the address's path and `path` behind it */
async function statusOf({ url }: TestApp, path: string, init: RequestInit = { headers: KEY }): Promise<number> {
  const response = await fetch(`${url}${path}`, init);
  await response.body?.cancel();
  return response.status;
}

for (const base of ['/sms', '/a/b.c', '/v1', '/webhooks/sinch', '/my%20app', '/healthz', '/codec']) {
  test(`everything is below ${base}, and at the root`, async () => {
    const bench = createBench();
    const publicUrl = `https://x.example${base}/`;
    await using app = await startApp({ database, publicUrl, webhook: bench.webhook });
    for (const prefix of [base, '']) {
      assert.equal(await statusOf(app, `${prefix}/healthz`), 200);
      assert.equal(await statusOf(app, `${prefix}/healthz`, { method: 'HEAD' }), 200);
      assert.equal(await statusOf(app, `${prefix}/v1/projects/nobody/ledger`), 404);
      assert.equal(await statusOf(app, `${prefix}/v1/projects/nobody/ledger`, {}), 401);
      assert.equal(await statusOf(app, `${prefix}/nowhere/x/y`), 404);
      const preview = { method: 'POST', body: '{', headers: { ...KEY, 'content-type': 'application/json' } };
      assert.equal(await statusOf(app, `${prefix}/v1/projects/shop/messages/preview`, preview), 400);
      const preflight = { method: 'OPTIONS', headers: { origin: UI_ORIGIN } };
      assert.equal(await statusOf(app, `${prefix}/codec/decode`, preflight), 204);
      const document = (await (await fetch(`${app.url}${prefix}/openapi.json`)).json()) as { servers: unknown };
      assert.deepEqual(document.servers, [{ url: base }]);
    }
    const { pathname } = new URL(callbackUrlOf(publicUrl, 'url', { type: 'url-secret', secrets: [PATH_SECRET] }));
    assert.ok(pathname.startsWith(`${base}/webhooks/sinch/url/`), pathname);
    const callback = { method: 'POST', body: recipientReport() };
    const stripped = pathname.slice(base.length);
    // An integration may have an address of its own, below another path.
    for (const path of [pathname, stripped, `/elsewhere${stripped}`]) {
      assert.equal(await statusOf(app, path, callback), 200, path);
    }
    assert.equal(bench.signalled.length, 3);
    assert.equal(await statusOf(app, `${base}x/healthz`), 404, 'a path that only begins like it is another one');
  });
}

test('without a path in the public URL the document names the root', async () => {
  for (const publicUrl of [undefined, 'https://x.example', 'https://x.example/']) {
    await using app = await startApp({ database, ...(publicUrl === undefined ? {} : { publicUrl }) });
    const document = (await (await fetch(`${app.url}/openapi.json`)).json()) as { servers: unknown };
    assert.deepEqual(document.servers, [{ url: '/' }]);
    assert.equal(await statusOf(app, '/sms/healthz'), 404);
  }
});

test('settings tell where they are reached, in one spelling', () => {
  const spellings: [given: string, publicUrl: string][] = [
    ['https://x.example', 'https://x.example'],
    ['https://X.example:443/sms//', 'https://x.example/sms'],
    ['https://x.example/sms?', 'https://x.example/sms'],
    ['https://x.example/#', 'https://x.example'],
  ];
  for (const [given, publicUrl] of spellings) {
    assert.equal(staticSettings({ publicUrl: given, projects: [{ id: 'x', integrations: [] }] }).publicUrl, publicUrl);
  }
  for (const publicUrl of [
    'https://x.example\n',
    ' https://x.example',
    'https://x.example/a b',
    'https://x.ex\tample',
  ]) {
    assert.throws(
      () => staticSettings({ publicUrl, projects: [{ id: 'x', integrations: [] }] }),
      /publicUrl has to be/,
    );
  }
});
