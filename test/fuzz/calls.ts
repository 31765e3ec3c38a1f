/** What is thrown at the HTTP surface: everything that a body, a path and a connection can be. */
import { createHmac } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { API_KEY } from '../http/http-fixture.ts';
import { HMAC_SECRET, PATH_SECRET } from './target.ts';

/** A request as bytes, in the pieces in which it is written. */
export interface Call {
  pieces: Uint8Array[];
}

const NUMBER = '447400987654';
const TEXT = 'Hello-Ada-4711';

/** JSON texts that parsers, stores and prototypes stumble over. */
const NASTY_VALUES = [
  '1e400',
  '-1e400',
  '1180591620717411303424',
  '-0',
  '1e-400',
  '0.1e999999999',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udfff\\ud800"',
  '"\u2028\u202e\ufeff"',
  '""',
  'null',
  'true',
  '[]',
  '{}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":1,"valueOf":null,"hasOwnProperty":0,"toJSON":1,"then":1}',
  `"${'a'.repeat(70_000)}"`,
  `"${'\\ud83d\\ude00'.repeat(3_000)}"`,
  `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  `[${'0,'.repeat(20_000)}0]`,
  `{${Array.from({ length: 5_000 }, (_, index) => `"k${index}":0`).join(',')}}`,
  '"+447400987654"',
  '"2026-11-24T10:00:00.000Z"',
  '"+275760-09-13T00:00:00.001Z"',
  '9007199254740993',
  '2147483648',
  '-2147483649',
];

const MEMBERS = [
  'type batch_id recipient code status at operator_status_at client_reference statuses',
  'number_of_message_parts total_message_count count recipients applied_originator',
  'messageId text mediaUrl subject sender integrationId priority maxParts lifeSeconds',
  'campaignId campaignName customerIds messages language name role enabled apiToken',
  '__proto__ constructor prototype toJSON',
].flatMap((names) => names.split(' '));

const genuineReport = {
  type: '"recipient_delivery_report_sms"',
  batch_id: '"01JHFFHQ0P99JPPNQPJDV7JTBP"',
  recipient: `"${NUMBER}"`,
  code: '0',
  status: '"Delivered"',
  at: '"2026-11-24T09:59:58.123Z"',
  client_reference: '"sinch/shop/welcome-1"',
};

const batchReport = {
  type: '"delivery_report_sms"',
  batch_id: '"01JHFFHQ0P99JPPNQPJDV7JTBP"',
  total_message_count: '1',
  statuses: `[{"code":0,"count":1,"recipients":["${NUMBER}"],"status":"Delivered"}]`,
  client_reference: '"sinch/shop/welcome-1"',
};

const inbound = { type: '"mo_text"', from: `"${NUMBER}"`, body: `"${TEXT}"`, id: '"x"' };

const messageRequests = Array.from({ length: 50 }, (_, index) => ({
  messageId: `"m-${index}"`,
  recipient: `"+${NUMBER}"`,
  ...(index % 5 === 0 ? { mediaUrl: '"https://shop.example/a.png"' } : { text: `"${TEXT}"` }),
}));

const jsonText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY_VALUES) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 3 }) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'binary', maxLength: 60 }).map((text) => JSON.stringify(text)),
  },
);

const member = fc.tuple(fc.constantFrom(...MEMBERS), jsonText);

/** Objects of ours with members changed, added and written twice, as text: no parser has smoothed them. */
function objectText(bases: readonly Readonly<Record<string, string>>[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...bases), fc.array(member, { maxLength: 4 }), fc.boolean())
    .map(([base, changed, last]) => {
      const members = last ? [...Object.entries(base), ...changed] : [...changed, ...Object.entries(base)];
      return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
    });
}

/** Bytes: JSON, JSON with bytes changed, and no JSON at all. */
function bodyOf(bases: readonly Readonly<Record<string, string>>[]): fc.Arbitrary<Uint8Array> {
  const text = fc.oneof(
    { weight: 6, arbitrary: objectText(bases) },
    { weight: 1, arbitrary: fc.array(objectText(bases), { maxLength: 5 }).map((items) => `[${items.join(',')}]`) },
    {
      weight: 1,
      arbitrary: fc.array(objectText(bases), { maxLength: 5 }).map((items) => `{"messages":[${items.join(',')}]}`),
    },
    { weight: 2, arbitrary: jsonText },
  );
  const bytes = fc.oneof(
    { weight: 6, arbitrary: text.map((json) => Buffer.from(json)) },
    { weight: 1, arbitrary: text.map((json) => Buffer.from(`\ufeff${json}`)) },
    { weight: 1, arbitrary: text.map((json) => Buffer.from(json, 'utf16le')) },
    { weight: 2, arbitrary: fc.uint8Array({ maxLength: 2_000 }) },
    { weight: 3, arbitrary: fc.tuple(text, fc.array(change, { minLength: 1, maxLength: 6 })).map(changed) },
  );
  return bytes.map((each) => each.subarray(0, MOST_BYTES));
}

/** What the routes take at least. */
const MOST_BYTES = 250_000;

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat(3),
  insert: fc.uint8Array({ maxLength: 4 }),
});

function changed([text, changes]: [string, { at: number; remove: number; insert: Uint8Array }[]]): Uint8Array {
  let bytes = Buffer.from(text);
  for (const { at, remove, insert } of changes) {
    const from = Math.floor(at * bytes.length);
    bytes = Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(from + remove)]);
  }
  return bytes;
}

const CONTENT_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=UTF-16',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/octet-stream',
  'image/png',
  ';;;',
  'a'.repeat(500),
];

/** Headers that change nothing of what a call means. */
const headers = fc
  .record({
    type: fc.option(fc.constantFrom(...CONTENT_TYPES), { nil: undefined }),
    more: fc.array(fc.tuple(fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/), fc.stringMatching(/^[!-~]{0,40}$/)), {
      maxLength: 6,
    }),
  })
  .map(({ type, more }) => [
    ...(type === undefined ? [] : [`content-type: ${type}`]),
    ...more.map(([name, value]) => `x-fuzz-${name}: ${value}`),
  ]);

/** How the body is labelled, and whether it is so. */
const knownCodings = [
  ...Array.from({ length: 6 }, () => ({ header: [] as string[], encode: (body: Uint8Array) => body })),
  { header: ['content-encoding: gzip'], encode: (body: Uint8Array) => gzipSync(body) },
  { header: ['content-encoding: deflate'], encode: (body: Uint8Array) => deflateSync(body) },
  { header: ['content-encoding: br'], encode: (body: Uint8Array) => brotliCompressSync(body) },
  { header: ['content-encoding: gzip'], encode: (body: Uint8Array) => body },
  { header: ['content-encoding: GZIP, br'], encode: (body: Uint8Array) => body },
];
const coding = fc.constantFrom(...knownCodings, {
  header: ['content-encoding: constructor'],
  encode: (body: Uint8Array) => body,
});
/** What nobody here can decode is answered 503, so that it comes again. */
const knownCoding = fc.constantFrom(...knownCodings);

/** 100 MB that are 100 KB on their way. */
const BOMB = gzipSync(Buffer.alloc(100_000_000, 0x5b));

/** How the body is cut into chunks or pieces. */
const framing = fc.record({
  chunked: fc.boolean(),
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
});

function callOf(
  line: string,
  head: readonly string[],
  body: Uint8Array,
  { chunked, cuts }: { chunked: boolean; cuts: readonly number[] },
): Call {
  const parts = cut(body, cuts);
  const length = chunked ? 'transfer-encoding: chunked' : `content-length: ${body.byteLength}`;
  const start = `${line} HTTP/1.1\r\nhost: sms.example\r\nconnection: close\r\n${[...head, length].join('\r\n')}\r\n\r\n`;
  if (!chunked) return { pieces: [Buffer.from(start, 'latin1'), ...parts] };
  const chunks = parts
    .filter((part) => part.byteLength > 0)
    .map((part) => Buffer.concat([Buffer.from(`${part.byteLength.toString(16)}\r\n`), part, Buffer.from('\r\n')]));
  return { pieces: [Buffer.from(start, 'latin1'), ...chunks, Buffer.from('0\r\n\r\n')] };
}

function cut(body: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...cuts.map((each) => Math.floor(each * body.byteLength)).sort((a, b) => a - b), body.byteLength];
  return at.slice(1).map((end, index) => body.subarray(at[index], end));
}

const reportBody = bodyOf([genuineReport, batchReport, inbound]);

/** Callbacks that prove themselves, whatever else they are: each has to be answered 200. */
export const genuineCallback: fc.Arbitrary<Call> = fc
  .record({
    body: fc.oneof({ weight: 60, arbitrary: reportBody }, { weight: 1, arbitrary: fc.constant(BOMB) }),
    headers,
    coding: knownCoding,
    framing,
    signed: fc.boolean(),
    path: fc.constantFrom('', '/', '?', '?a=b&c=%00', '#x', '?__proto__[polluted]=1'),
  })
  .map(({ body, headers, coding, framing, signed, path }) => {
    const sent = body === BOMB ? BOMB : coding.encode(body);
    const head = [...headers, ...(body === BOMB ? ['content-encoding: gzip'] : coding.header)];
    const target = signed ? '/webhooks/sinch/hmac' : `/webhooks/sinch/url/${PATH_SECRET}`;
    return callOf(`POST ${target}${path}`, [...head, ...(signed ? signature(sent) : [])], sent, framing);
  });

function signature(body: Uint8Array): string[] {
  const timestamp = Math.floor(Date.now() / 1_000);
  const hmac = createHmac('sha256', HMAC_SECRET).update(body).update(`.nonce.${timestamp}`).digest('base64');
  return [
    `x-sinch-webhook-signature: ${hmac}`,
    'x-sinch-webhook-signature-algorithm: HmacSHA256',
    'x-sinch-webhook-signature-nonce: nonce',
    `x-sinch-webhook-signature-timestamp: ${timestamp}`,
  ];
}

/** Requests of scenario steps with the right key. */
export const intakeCall: fc.Arbitrary<Call> = fc
  .record({
    body: bodyOf(messageRequests),
    headers,
    coding,
    framing,
    batch: fc.boolean(),
  })
  .map(({ body, headers, coding, framing, batch }) =>
    callOf(
      `POST /v1/projects/shop/messages${batch ? '/batch' : ''}`,
      [...headers, ...coding.header, `x-api-key: ${API_KEY}`],
      coding.encode(body),
      framing,
    ),
  );

const segment = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('v1', 'projects', 'shop', 'messages', 'integrations', 'settings') },
  { weight: 4, arbitrary: fc.constantFrom('senders', 'keys', 'campaigns', 'audit', 'late-reports', 'codes') },
  {
    weight: 3,
    arbitrary: fc.constantFrom('..', '.', '%2e%2e', '%2f', '%00', '%', '%ff', '%C0%AF', '', '\\', ';', '__proto__'),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^[!-~]{0,30}$/) },
  { weight: 1, arbitrary: fc.constant('a'.repeat(5_000)) },
);

/** Every route of the API and much that is none, with the right key. */
export const routeCall: (routes: readonly { method: string; path: string }[]) => fc.Arbitrary<Call> = (routes) =>
  fc
    .record({
      route: fc.constantFrom(...routes),
      method: fc.oneof(
        { weight: 5, arbitrary: fc.constant(undefined) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'),
        },
      ),
      values: fc.array(segment, { minLength: 3, maxLength: 3 }),
      other: fc.option(fc.array(segment, { maxLength: 8 }), { nil: undefined, freq: 4 }),
      query: fc.oneof(
        fc.constant(''),
        fc.constantFrom('?limit=1e400', '?limit=-1', '?cursor=AAAA', '?limit=1&limit=2', '?__proto__=1', '?%00=%ff'),
        fc.stringMatching(/^[!-"$-~]{0,40}$/).map((text) => `?${text}`),
      ),
      body: bodyOf(messageRequests),
      headers,
      framing,
    })
    .map(({ route, method, values, other, query, body, headers, framing }) => {
      let index = 0;
      const filled = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
        name === 'projectId' ? 'shop' : (values[index++ % values.length] ?? 'x'),
      );
      const path = other === undefined ? filled : `/${other.join('/')}`;
      const verb = method ?? (route.method === 'ALL' ? 'POST' : route.method);
      return callOf(`${verb} ${path}${query}`, [...headers, `x-api-key: ${API_KEY}`], body, framing);
    });

const GARBAGE = [
  'GET / HTTP/9.9\r\n\r\n',
  'POST /webhooks/sinch/url/x HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999\r\n\r\n{"a":',
  'POST /webhooks/sinch/url/x HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n{}',
  'POST /v1/projects/shop/messages HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
  'POST /v1/projects/shop/messages HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}',
  'POST /v1/projects/shop/messages HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
  'POST /v1/projects/shop/messages HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n{}',
  'POST /v1/projects/shop/messages HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n',
  'POST /v1/projects/shop/messages HTTP/1.1\r\nhost: a\r\nexpect: something\r\ncontent-length: 2\r\n\r\n{}',
  'GET /healthz HTTP/1.1\r\n\r\n',
  'GET http://[::bad/healthz HTTP/1.1\r\nhost: a\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nhost: a b c\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nhost: \r\n\r\n',
  'GET * HTTP/1.1\r\nhost: a\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n',
  'CONNECT sms.example:443 HTTP/1.1\r\nhost: a\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  `GET /healthz HTTP/1.1\r\nhost: a\r\n${'x: y\r\n'.repeat(3_000)}\r\n`,
  `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`,
  `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nhost: a\r\n\r\n`,
  'GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(200),
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
];

/** What is hardly HTTP any more, or breaks off. */
export const brokenCall: fc.Arbitrary<Call> = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom(...GARBAGE).map((text) => Buffer.from(text, 'latin1') as Uint8Array) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 500 }) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom(...GARBAGE), fc.array(change, { minLength: 1, maxLength: 4 })).map(changed),
    },
    {
      weight: 3,
      // A genuine call that breaks off.
      arbitrary: fc
        .tuple(fc.oneof(genuineCallback, intakeCall), fc.double({ min: 0, max: 1, noNaN: true }))
        .map(([{ pieces }, at]) => {
          const whole = Buffer.concat(pieces);
          return whole.subarray(0, Math.floor(at * whole.byteLength));
        }),
    },
  )
  .map((bytes) => ({ pieces: [bytes] }));
