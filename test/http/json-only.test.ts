/** What a page of somebody else can make a browser send with credentials that it holds, and what nobody can read. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { createApp } from '../../src/http/index.ts';
import { type AdminApp, startAdminApp } from './admin-app.ts';
import { API_KEY, assertProblem, CODEC_KEY, RECIPIENT, sms, UI_ORIGIN } from './http-fixture.ts';

const BASIC = { authorization: `Basic ${Buffer.from(`anybody:${API_KEY}`).toString('base64')}` };
const { routes } = createApp({ payloadCodec: { origins: [] } } as unknown as Parameters<typeof createApp>[0]);
const changing = routes.filter(({ method, access }) => method !== 'GET' && access !== 'sinch');
const withBody = new Set<string>();

let app: AdminApp;
before(async () => {
  app = await startAdminApp({
    sweeps: { start: () => Promise.resolve('sweep-1'), status: () => Promise.resolve(undefined) },
    testConnection: () => Promise.resolve({ ok: true, verdict: 'works', explanation: 'It works.', tookMs: 1 }),
  });
  const { paths } = (await app.get('/openapi.json')).json as {
    paths: Record<string, Record<string, { requestBody?: unknown }>>;
  };
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { requestBody }] of Object.entries(operations)) {
      if (requestBody !== undefined) withBody.add(`${method.toUpperCase()} ${path}`);
    }
  }
});
after(() => app?.[Symbol.asyncDispose]());

interface Sent {
  status: number;
  json: Record<string, unknown>;
}

/** Without what `fetch` adds by itself. */
async function send(
  { method, path }: { method: string; path: string },
  headers: Record<string, string>,
  body = '',
): Promise<Sent> {
  const url = new URL(path.replace('{projectId}', 'shop').replace(/\{\w+\}/g, 'x-1'), app.url);
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, headers: { ...headers, ...(body === '' ? {} : { 'content-length': Buffer.byteLength(body) }) } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, json: text === '' ? {} : (JSON.parse(text) as Sent['json']) });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('bodies are JSON and say so', () => {
  const types = [
    'text/plain',
    'text/plain;charset=UTF-8',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'application/json, text/plain',
    'text/json',
    ';;;',
    undefined,
  ];

  test('at every route that changes something', async () => {
    assert.ok(changing.length > 20);
    for (const route of changing) {
      for (const type of types) {
        const answer = await send(route, { ...BASIC, ...(type === undefined ? {} : { 'content-type': type }) }, '{}');
        const what = `${route.method} ${route.path} as ${type}: ${JSON.stringify(answer.json)}`;
        assert.equal(answer.status, 415, what);
        assert.equal(answer.json['code'], 'unsupported_media_type', what);
        assert.match(String(answer.json['detail']), /Content-Type: application\/json/);
      }
    }
  });

  test('what curl -d sends is named, and what is no type is not repeated', async () => {
    const [route] = changing;
    assert.ok(route);
    const form = await send(route, { ...BASIC, 'content-type': 'application/x-www-form-urlencoded' }, 'a=1');
    assert.match(String(form.json['detail']), /is sent as application\/x-www-form-urlencoded, .*`curl -d`/);
    const none = await send(route, BASIC, '{}');
    assert.match(String(none.json['detail']), /has no Content-Type/);
    const odd = await send(route, { ...BASIC, 'content-type': `+${RECIPIENT}` }, '{}');
    assert.doesNotMatch(JSON.stringify(odd.json), new RegExp(RECIPIENT));
  });

  test('in the types that are JSON, with parameters, in any case', async () => {
    for (const type of ['application/json', 'Application/JSON; charset=utf-8', 'application/merge-patch+json']) {
      const answer = await send(
        { method: 'PATCH', path: '/v1/projects/{projectId}/settings' },
        { ...BASIC, 'content-type': type },
        '{"name":"The shop"}',
      );
      assert.equal(answer.status, 200, `${type}: ${JSON.stringify(answer.json)}`);
    }
  });

  test('what has no body needs no type', async () => {
    for (const route of changing.filter(({ method, path }) => !withBody.has(`${method} ${path}`))) {
      const answer = await send(route, BASIC);
      assert.ok(![400, 415].includes(answer.status), `${route.method} ${route.path}: ${answer.status}`);
    }
    for (const route of changing.filter(({ method, path }) => withBody.has(`${method} ${path}`))) {
      const answer = await send(route, BASIC);
      assert.ok([400, 422].includes(answer.status), `${route.method} ${route.path}: ${answer.status}`);
      assert.match(String(answer.json['detail']), /not JSON: it is empty|expected/i);
    }
  });
});

describe('a page of another origin', () => {
  const foreign: readonly Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'https://sms.example.evil.example', host: 'sms.example' },
    { origin: 'https://sms.example:8443', host: 'sms.example' },
    { origin: '', host: 'sms.example' },
    { origin: 'file://', host: 'sms.example' },
    { origin: 'chrome-extension://abcdef', host: 'sms.example' },
    { origin: UI_ORIGIN },
    { origin: 'https://sms.example', host: 'sms.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://sub.sms.example', host: 'sms.example', 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
  ];

  test('changes nothing, whatever it sends and whoever it sends it as', async () => {
    for (const route of changing.filter(({ path }) => !path.startsWith('/codec/'))) {
      for (const headers of foreign) {
        for (const as of [BASIC, { 'x-api-key': API_KEY }]) {
          const answer = await send(route, { ...as, 'content-type': 'application/json', ...headers }, '{}');
          assert.deepEqual(
            [answer.status, answer.json['code']],
            [403, 'foreign_origin'],
            `${route.method} ${route.path} ${JSON.stringify(headers)}`,
          );
        }
      }
    }
    assert.ok(app.log.lines.some((line) => line.startsWith('Refused a page of another origin')));
  });

  test('is none of ours: the same origin, also behind a proxy, and whoever is no browser', async () => {
    const own: readonly Record<string, string>[] = [
      {},
      { origin: 'https://sms.example', host: 'sms.example' },
      { origin: 'https://SMS.example', host: 'sms.EXAMPLE:443' },
      { origin: 'http://sms.example:8080', host: 'sms.example:8080' },
      { origin: 'https://sms.example', host: 'server-2:8080', 'x-forwarded-host': 'sms.example' },
      { origin: 'https://sms.example', host: 'server-2:8080', 'x-forwarded-host': 'sms.example, inner.example' },
      { origin: 'null', host: 'sms.example', 'sec-fetch-site': 'same-origin' },
      { origin: 'https://sms.example', host: 'server-2:8080', 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-mode': 'cors' },
    ];
    for (const headers of own) {
      const answer = await send(
        { method: 'PATCH', path: '/v1/projects/{projectId}/settings' },
        { ...BASIC, 'content-type': 'application/json', ...headers },
        '{"name":"The shop"}',
      );
      assert.equal(answer.status, 200, `${JSON.stringify(headers)}: ${JSON.stringify(answer.json)}`);
    }
  });

  test('may read what it may ask for: a request that changes nothing tells it nothing either', async () => {
    const answer = await app.call('GET', '/v1/projects/shop/messages', {
      headers: { ...BASIC, origin: 'https://evil.example' },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
  });

  test('has nothing decrypted, unless it is one of those that are named', async () => {
    const body = { payloads: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'IngI' }] };
    const as = { 'x-api-key': CODEC_KEY };
    const named = await app.call('POST', '/codec/decode', {
      headers: { ...as, origin: UI_ORIGIN, 'sec-fetch-site': 'cross-site' },
      body,
    });
    assert.equal(named.status, 200, named.text);
    const other = await app.call('POST', '/codec/decode', { headers: { ...as, origin: 'https://evil.example' }, body });
    assertProblem(other, 403, 'foreign_origin');
  });
});

describe('JSON that does not parse is told with its place', () => {
  test('at every route that takes JSON', async () => {
    for (const route of changing.filter(({ method, path }) => withBody.has(`${method} ${path}`))) {
      const broken = `{\n  "recipient": "+${RECIPIENT}",\n  "text": 'Hello Ada'\n}`;
      const answer = await send(route, { ...BASIC, 'content-type': 'application/json' }, broken);
      const what = `${route.method} ${route.path}: ${JSON.stringify(answer.json)}`;
      assert.deepEqual([answer.status, answer.json['code']], [400, 'invalid_body'], what);
      assert.match(
        String(answer.json['detail']),
        /not JSON: at line 3, column 11 stands a single quotation mark/,
        what,
      );
      assert.doesNotMatch(JSON.stringify(answer.json), /Hello|4474/, what);
    }
  });

  test('in a batch of a thousand too', async () => {
    const requests = Array.from({ length: 1000 }, (_, index) => JSON.stringify({ ...sms, messageId: `b-${index}` }));
    requests[700] = requests[700]?.replace('"recipient":"+', '"recipient":+') ?? '';
    const body = `[\n${requests.join(',\n')}\n]`;
    const answer = await app.call('POST', '/v1/projects/shop/messages/batch', { body });
    assertProblem(answer, 400, 'invalid_body');
    assert.match(String(answer.json['detail']), /line 702, column \d+ stands `\+` where a value is expected/);
    assert.doesNotMatch(answer.text, /4474/);
  });
});
