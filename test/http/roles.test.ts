/** Who may call what: one test for each route of the table, so that a new route is tested with its rule. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Access, createApp } from '../../src/http/index.ts';
import type { Role } from '../../src/settings/index.ts';
import { type AdminApp, startAdminApp } from './admin-app.ts';
import { assertProblem } from './http-fixture.ts';

const ROLES = ['viewer', 'sender', 'admin'] as const satisfies readonly Role[];

/** What stands for each parameter of a path. */
const PARAMETERS: Readonly<Record<string, string>> = {
  messageId: 'm-1',
  integrationId: 'main',
  sender: 'Nobody',
  keyId: 'no-key',
  campaignId: 'spring',
  kind: 'smpp',
  code: '150',
  sweepId: 'sweep-1',
};

let app: AdminApp;
before(async () => {
  app = await startAdminApp({
    ledgerCheck: { page: () => Promise.resolve({ findings: [], checked: 0, ended: 0, endedKnown: 0 }) },
    sweeps: { start: () => Promise.resolve('sweep-1'), status: () => Promise.resolve(undefined) },
    testConnection: () => Promise.resolve({ ok: true, verdict: 'works', explanation: 'It works.', tookMs: 1 }),
  });
});
after(() => app?.[Symbol.asyncDispose]());

function pathOf(template: string, projectId: string): string {
  return template
    .replace('{projectId}', projectId)
    .replace('*', 'main/secret')
    .replace(/\{(\w+)\}/g, (_, name: string) => PARAMETERS[name] ?? assert.fail(`what stands for ${name}?`));
}

// Never called: what the table holds does not depend on what the routes act on.
const { routes, mounted } = createApp({} as Parameters<typeof createApp>[0]);

describe('the table of routes', () => {
  test('has everything that is mounted, and nothing else', () => {
    const spell = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`;
    assert.deepEqual(mounted.map(spell).sort(), routes.map(spell).sort());
    assert.ok(routes.length > 25);
  });

  test('has what the OpenAPI document has, with the same rules', async () => {
    const { paths } = (await app.get('/openapi.json')).json as {
      paths: Record<string, Record<string, { 'x-access': Access }>>;
    };
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, operation]) => `${operation['x-access']} ${method.toUpperCase()} ${path}`,
      ),
    );
    const webhook = ['/{integrationId}', '/{integrationId}/{secret}'].map(
      (rest) => `sinch POST /webhooks/sinch${rest}`,
    );
    const table = routes.filter(({ access }) => access !== 'sinch');
    assert.deepEqual(
      documented.sort(),
      [...table.map(({ access, method, path }) => `${access} ${method} ${path}`), ...webhook].sort(),
    );
  });
});

describe('who may call', () => {
  for (const { access, method, path } of routes) {
    const verb = method === 'ALL' ? 'POST' : method;
    const call = (headers: Record<string, string>, projectId = 'shop') =>
      app.call(verb, pathOf(path, projectId), { headers, ...(verb === 'GET' ? {} : { body: {} }) });
    const refusalsOf = (since: number): string[] =>
      app.log.lines.slice(since).filter((line) => line.startsWith('Refused'));

    test(`${method} ${path}: ${access}`, async () => {
      if (access === 'public' || access === 'sinch') {
        assert.ok((await call({})).status < 300);
        return;
      }
      let since = app.log.lines.length;
      assertProblem(await call({}), 401, 'unauthenticated');
      assertProblem(await call({ 'x-api-key': 'ts_not-a-key' }), 401, 'unauthenticated');
      assertProblem(await call({ authorization: `Bearer ${'x'.repeat(40)}` }), 401, 'unauthenticated');
      assert.equal(refusalsOf(since).length, 3);

      if (path.includes('{projectId}')) {
        since = app.log.lines.length;
        const strange = await call(app.asStranger);
        assertProblem(strange, 404, 'unknown_project');
        const none = await call(app.asStranger, 'none');
        assert.equal(none.text.replaceAll('none', 'shop'), strange.text, 'the same as where there is no project');
        assert.deepEqual([...none.headers.keys()], [...strange.headers.keys()]);
        const [line = ''] = refusalsOf(since);
        assert.match(line, /another project .*"keyId":"[^"]+".*"route":"/);
      }

      const ofDeployment = access === 'deployment' || access === 'metrics' || access === 'codec';
      const allowed = ofDeployment ? [] : ROLES.slice(ROLES.indexOf(access));
      for (const role of ROLES.filter((each) => !allowed.includes(each))) {
        since = app.log.lines.length;
        const refused = await call(app.as[role]);
        assertProblem(refused, 403, 'forbidden');
        const needed = new RegExp(
          access === 'deployment'
            ? 'needs the deployment key'
            : access === 'metrics' || access === 'codec'
              ? `needs ${access.toUpperCase()}_KEY or the deployment key`
              : `needs the role ${access}`,
        );
        assert.match(String(refused.json['detail']), needed);
        const [line = ''] = refusalsOf(since);
        assert.ok(line.includes(`"keyId":"${app.keyIds[role]}"`), line);
        assert.ok(line.includes(`"route":"${method} ${path}"`), line);
        assert.ok(line.includes(`"needs":"${access}"`), line);
      }
      for (const role of [...allowed, 'deployment'] as const) {
        const { status, text } = await call(app.as[role]);
        assert.ok(![401, 403].includes(status) && status < 500, `${role}: ${status} ${text}`);
      }
    });
  }
});

test('no refusal shows or logs a key', () => {
  const keys = [...Object.values(app.as), app.asStranger].flatMap((headers) => Object.values(headers));
  const said = [...app.answers.map(({ text }) => text), ...app.log.lines].join('\n');
  for (const key of keys) assert.ok(!said.includes(key));
  app.assertDiscreet(app.log);
});
