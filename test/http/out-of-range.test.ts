/** What no database can be asked for: cursors, times, limits and texts, at every route that takes them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { type AdminApp, startAdminApp } from './admin-app.ts';
import { type Answer, assertProblem } from './http-fixture.ts';

interface Parameter {
  in: string;
  name: string;
}

let app: AdminApp;
/** Routes of the document by what their query takes. */
let routes: { path: string; query: string[] }[];

before(async () => {
  app = await startAdminApp({
    workflows: {
      ofCampaign: () => Promise.resolve({ workflows: [] }),
      find: () => Promise.resolve([]),
      describe: () => Promise.resolve(undefined),
    },
  });
  const { paths } = (await app.get('/openapi.json')).json as {
    paths: Record<string, Record<string, { parameters?: Parameter[] }>>;
  };
  routes = Object.entries(paths).flatMap(([path, { get }]) =>
    get === undefined
      ? []
      : [
          {
            path: path.replace('{projectId}', 'shop').replace(/\{\w+\}/g, 'x-1'),
            query: (get.parameters ?? []).flatMap((each) => (each.in === 'query' ? [each.name] : [])),
          },
        ],
  );
});
after(() => app?.[Symbol.asyncDispose]());

const taking = (name: string): string[] => routes.filter(({ query }) => query.includes(name)).map(({ path }) => path);
const encoded = (content: unknown): string =>
  Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64url');

function assertNames(answer: Answer, field: string): void {
  assertProblem(answer, 422, 'invalid_query');
  const errors = answer.json['errors'] as { field: string; message: string }[];
  assert.deepEqual(
    errors.map((each) => each.field),
    [field],
  );
  assert.ok(String(answer.json['detail']).length > 20);
}

const TIMES = [
  '0000-01-01T00:00:00.000Z',
  '0000-12-31T23:59:59.999Z',
  '-000001-01-01T00:00:00.000Z',
  '-271821-04-20T00:00:00.000Z',
  '+010000-01-01T00:00:00.000Z',
  '+275760-09-13T00:00:00.000Z',
  '+294277-01-01T00:00:00.000Z',
  '2026-02-30T00:00:00.000Z',
  '2026-11-20',
  'yesterday',
  'infinity',
];
const TEXTS = ['\0', 'm\0', '\ud800', '\udfff1'];

/** Everything that looks like a cursor of one of the lists, and is none. */
const CURSORS = [
  '',
  'x',
  'AAAA',
  '%00',
  encoded('null'),
  encoded('[]'),
  encoded('{}'),
  encoded('after'),
  encoded('after:'),
  encoded('after:\n'),
  encoded('after:1e3'),
  encoded('after:9999999999999999999999'),
  encoded({ stage: 'elsewhere' }),
  encoded({ stage: 'requests', after: { requestedAt: '2026-11-20T10:00:00.000Z' } }),
  ...TIMES.flatMap((time) => [
    encoded([time, 'm-1']),
    encoded([time, 'm-1', 'x']),
    encoded({ stage: 'requests', after: { requestedAt: time, messageId: 'm-1' } }),
  ]),
  ...TEXTS.flatMap((text) => [
    encoded(['2026-11-20T10:00:00.000Z', text]),
    encoded(['2026-11-20T10:00:00.000Z', text, 'x']),
    encoded(['2026-11-20T10:00:00.000Z', 'x', text]),
    encoded({ stage: 'requests', after: { requestedAt: '2026-11-20T10:00:00.000Z', messageId: text } }),
    encoded({ stage: 'events', phase: 'final', after: { status: text, messageId: 'm-1' } }),
    encoded({ stage: 'events', phase: 'final', after: { status: 'failed', messageId: text } }),
  ]),
  'A'.repeat(5_000),
];

describe('broken cursors', () => {
  test('are 422 with the field at every list', async () => {
    const lists = taking('cursor');
    assert.ok(lists.length >= 9, lists.join());
    for (const path of lists) {
      for (const cursor of CURSORS) {
        const answer = await app.get(`${path}?cursor=${encodeURIComponent(cursor)}`);
        // The form of some other list, of which a page of this one may be.
        if (answer.status === 200)
          assert.ok(/after:/.test(Buffer.from(cursor, 'base64url').toString()), `${path} ${cursor}`);
        else assertNames(answer, 'cursor');
      }
    }
  });

  test('whatever they hold are never a failure of the server', async () => {
    const lists = taking('cursor');
    const time = fc.oneof(
      fc.constantFrom(...TIMES),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.string(),
    );
    const text = fc.string({ unit: 'binary', maxLength: 8 });
    const content = fc.oneof(
      fc.tuple(time, text),
      fc.tuple(time, text, text),
      text.map((key) => `after:${key}`),
      fc.record({ stage: fc.constant('requests'), after: fc.record({ requestedAt: time, messageId: text }) }),
      fc.record({
        stage: fc.constant('events'),
        phase: fc.constantFrom('admission', 'final'),
        after: fc.record({ status: text, messageId: text }),
      }),
      fc.json(),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lists), content, async (path, each) => {
        const answer = await app.get(`${path}?cursor=${encodeURIComponent(encoded(each))}`);
        assert.ok([200, 422].includes(answer.status), `${path}: ${answer.status} ${answer.text}`);
      }),
      { numRuns: 300 },
    );
  });

  test('of bodies too', async () => {
    for (const cursor of [...CURSORS.slice(3, 20), encoded(['2026-11-20T10:00:00.000Z', '\0'])]) {
      assertNames(await app.post('/v1/projects/shop/messages/search', { cursor }), 'cursor');
    }
    for (const text of TEXTS) {
      const cursors = [encoded(['unmatched', text, 'x']), encoded(['unreadable', 'main', text])];
      for (const cursor of cursors) {
        const body = { recipient: '+447400123456', dryRun: true, cursor };
        assertNames(await app.post('/v1/projects/shop/erasures', body), 'cursor');
      }
    }
  });
});

test('a limit is a whole number from 1 to 1000, once', async () => {
  const wrong = [
    '0',
    '-1',
    '1001',
    '1e2',
    '0x10',
    ' 5',
    '5.0',
    '+5',
    '',
    'NaN',
    'Infinity',
    '9'.repeat(400),
    '٣',
    '05',
  ];
  for (const path of taking('limit')) {
    for (const limit of wrong) assertNames(await app.get(`${path}?limit=${encodeURIComponent(limit)}`), 'limit');
    assertNames(await app.get(`${path}?limit=5&limit=6`), 'limit');
    for (const limit of [1, 1000]) {
      assert.notEqual((await app.get(`${path}?limit=${limit}`)).status, 422, path);
    }
  }
  for (const limit of [0, 1001, 1.5, '5', 1e300, null]) {
    const answer = await app.post('/v1/projects/shop/messages/search', { limit });
    assertProblem(answer, 422, 'invalid_field');
    assert.equal((answer.json['errors'] as { field: string }[])[0]?.field, 'limit');
  }
});

describe('times out of range', () => {
  const beyond = [...TIMES, '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-00:01', '9999-12-31T23:59:59.999-14:00'];

  test('are 422 with the field in filters and in a search', async () => {
    for (const field of ['requestedSince', 'requestedUntil']) {
      assert.deepEqual(taking(field), ['/v1/projects/shop/messages']);
      for (const time of beyond) {
        const answer = await app.get(`/v1/projects/shop/messages?${field}=${encodeURIComponent(time)}`);
        assertNames(answer, field);
        const found = await app.post('/v1/projects/shop/messages/search', { [field]: time });
        assertProblem(found, 422, 'invalid_field');
        assert.equal((found.json['errors'] as { field: string }[])[0]?.field, field);
      }
      for (const time of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-11-20T10:00:00.123456+02:00']) {
        const answer = await app.get(`/v1/projects/shop/messages?${field}=${encodeURIComponent(time)}`);
        assert.equal(answer.status, 200, `${time}: ${answer.text}`);
      }
    }
  });

  test('are no end of a key', async () => {
    for (const expiresAt of beyond) {
      const answer = await app.post('/v1/projects/shop/keys', { name: 'k', role: 'viewer', expiresAt });
      assert.equal(answer.status, 422, answer.text);
      assert.deepEqual(
        (answer.json['errors'] as { field: string }[]).map(({ field }) => field),
        ['expiresAt'],
      );
    }
    const last = { name: 'k', role: 'viewer', expiresAt: '9999-12-31T23:59:59Z' };
    assert.equal((await app.post('/v1/projects/shop/keys', last)).status, 201);
  });

  test('are no beginning of a sweep', async () => {
    for (const since of beyond) {
      const answer = await app.post('/v1/projects/shop/sweeps', { since });
      assertProblem(answer, 400, 'invalid_body');
      assert.match(String(answer.json['detail']), /`since`/);
    }
  });
});

test('what no text is, in paths, queries and bodies, is never a failure of the server', async () => {
  const nasty = ['%00', 'a%00b', '%ED%A0%80', '%ff', '%', '%F0%9F%98', 'x'.repeat(3_000)];
  const documented = (await app.get('/openapi.json')).json as { paths: Record<string, Record<string, unknown>> };
  for (const [path, operations] of Object.entries(documented.paths)) {
    if (path.startsWith('/webhooks') || path.includes('/codec/')) continue;
    for (const verb of Object.keys(operations)) {
      for (const value of nasty) {
        const filled = path.replace('{projectId}', 'shop').replace(/\{\w+\}/g, value);
        const answer = await app.call(verb.toUpperCase(), filled, verb === 'get' ? {} : { body: {} });
        // Temporal is not there: a sweep's state and a check are asked of it.
        const asksTemporal = /sweeps\/|\/cancel$/.test(path);
        assert.ok(
          answer.status < 500 || asksTemporal,
          `${verb} ${filled.slice(0, 80)}: ${answer.status} ${answer.text}`,
        );
      }
      if (verb !== 'get') continue;
      for (const name of routes.find((each) => each.path === path)?.query ?? []) {
        for (const value of nasty) {
          const answer = await app.get(`${path.replace('{projectId}', 'shop')}?${name}=${value}`);
          assert.ok(answer.status < 500, `${path} ${name}: ${answer.status} ${answer.text}`);
        }
      }
    }
  }
  for (const text of ['\0', 'a\0', '\ud800']) {
    for (const member of ['recipient', 'campaignId', 'integrationId', 'cursor', 'status']) {
      const answer = await app.post('/v1/projects/shop/messages/search', { [member]: text });
      assert.ok(answer.status < 500, `${member}: ${answer.text}`);
    }
    for (const [verb, path, body] of [
      ['PATCH', '/v1/projects/shop/settings', { name: text, eventName: text }],
      ['POST', '/v1/projects', { id: 'nul', name: text }],
      ['POST', '/v1/projects/shop/keys', { name: text, role: 'viewer' }],
      ['POST', '/v1/projects/shop/senders', { sender: `Shop${text}` }],
      ['POST', '/v1/projects/shop/integrations', { name: text, servicePlanId: 'p', apiToken: 't', region: 'eu' }],
    ] as const) {
      const answer = await app.call(verb, path, { body });
      assert.ok(answer.status < 500, `${verb} ${path}: ${answer.text}`);
    }
  }
  assert.deepEqual(
    app.log.lines.filter((line) => line.startsWith('A request failed') && !/sweeps|cancel/.test(line)),
    [],
  );
});
