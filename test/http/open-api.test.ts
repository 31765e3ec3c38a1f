/** The OpenAPI document: what linters and generated clients make of it, and whether its limits are those of the server. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { generateSource } from 'oazapfts';
import type { IntakeAnswer } from '../../src/intake/index.ts';
import { type AdminApp, startAdminApp } from './admin-app.ts';
import { API_KEY, sms } from './http-fixture.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minItems?: number;
  maxItems?: number;
  additionalProperties?: boolean | Schema;
}

interface Operation {
  operationId: string;
  tags: string[];
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { headers?: Record<string, unknown> }>;
}

let app: AdminApp;
let text: string;
let document: {
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
let operations: { path: string; method: string; operation: Operation }[];

before(async () => {
  app = await startAdminApp({
    sweeps: { start: () => Promise.resolve('s'), status: () => Promise.resolve(undefined) },
  });
  text = (await app.get('/openapi.json')).text;
  document = JSON.parse(text) as typeof document;
  operations = Object.entries(document.paths).flatMap(([at, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path: at, method: method.toUpperCase(), operation })),
  );
});
after(() => app?.[Symbol.asyncDispose]());

test('passes the strict rules of redocly lint', async () => {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const problems = await lintFromString({ source: text, absoluteRef: 'openapi.json', config });
  assert.deepEqual(
    problems.map(({ ruleId, message, location }) => `${ruleId} ${message} ${location[0]?.pointer}`),
    [],
  );
});

test('names every operation once, under a tag that is described', () => {
  const names = operations.map(({ operation }) => operation.operationId);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z][A-Za-z]+$/);
  const tags = document.tags.map(({ name }) => name);
  assert.deepEqual([...new Set(operations.flatMap(({ operation }) => operation.tags))].sort(), [...tags].sort());
});

test('has the headers that answers come with', async () => {
  for (const { path: at, operation } of operations) {
    const { responses } = operation;
    if (at.startsWith('/webhooks')) assert.ok(responses['405']?.headers?.['Allow'], at);
    else if (responses['401']) assert.ok(responses['401'].headers?.['WWW-Authenticate'], at);
    if (responses['503'] && at !== '/readyz') assert.ok(responses['503'].headers?.['Retry-After'], at);
  }
  const refused = await app.call('GET', '/v1/projects', { headers: {} });
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get('www-authenticate') ?? '', /^Basic realm="temporal-sinch"/);
});

describe('a client that is generated of it', () => {
  test('is typed to the last member, and works against the server', { timeout: 600_000 }, async () => {
    const folder = await mkdtemp(path.join(ROOT, 'test/http/.client-'));
    try {
      const document = path.join(folder, 'openapi.json');
      await writeFile(document, text);
      await writeFile(path.join(folder, 'client.ts'), await generateSource(document));
      await writeFile(path.join(folder, 'user.ts'), USER);
      await writeFile(path.join(folder, 'tsconfig.json'), TSCONFIG);
      await promisify(execFile)(process.execPath, [
        path.join(ROOT, 'node_modules/typescript/bin/tsc'),
        '-p',
        folder,
      ]).catch((error: unknown) => assert.fail(String((error as { stdout?: string }).stdout)));
      const { use } = (await import(pathToFileURL(path.join(folder, 'user.ts')).href)) as {
        use: (url: string, key: string) => Promise<string[]>;
      };
      assert.deepEqual(await use(app.url, API_KEY), [
        'sendMessage true waiting_to_send',
        'sendMessages true,false',
        'listMessages waiting_to_send',
        'searchMessages client-1,client-2',
        'listProjects shop,travel',
        'listHolds 0',
        'refused 422 invalid_query cursor',
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

const TSCONFIG = JSON.stringify({
  extends: '../../../tsconfig.json',
  compilerOptions: {
    noEmit: true,
    // The generator's own output is read as it writes it.
    exactOptionalPropertyTypes: false,
    verbatimModuleSyntax: false,
    erasableSyntaxOnly: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  include: ['*.ts'],
});

const USER = `
import * as api from './client.ts';

export async function use(url: string, key: string): Promise<string[]> {
  api.defaults.baseUrl = url;
  api.defaults.headers = { authorization: 'Bearer ' + key };
  const said: string[] = [];
  const one = await api.sendMessage('shop', { messageId: 'client-1', recipient: '+447400123456', text: 'Hello', sender: 'Shop' });
  if (one.status !== 200) throw new Error('' + one.status);
  said.push('sendMessage ' + one.data.success + ' ' + one.data.status);
  // @ts-expect-error a member that there is not
  const wrong: Parameters<typeof api.sendMessage>[1] = { messageId: 'x', recipent: '1' };
  const many = await api.sendMessages('shop', { messages: [{ messageId: 'client-2', recipient: '+447400123456', text: 'Hi', sender: 'Shop' }, wrong] });
  if (many.status !== 200) throw new Error('' + many.status);
  said.push('sendMessages ' + many.data.answers.map((each) => each.success).join());
  const list = await api.listMessages('shop', { limit: 1, status: 'waiting_to_send' });
  if (list.status === 200) said.push('listMessages ' + list.data.messages.map((each) => each.status).join());
  const found = await api.searchMessages('shop', { recipient: '0044 7400 123456' });
  if (found.status === 200) said.push('searchMessages ' + found.data.messages.map((each) => each.messageId).sort().join());
  const projects = await api.listProjects({});
  if (projects.status === 200) said.push('listProjects ' + projects.data.projects.map((each) => each.id).join());
  const holds = await api.listHolds('shop');
  if (holds.status === 200) said.push('listHolds ' + holds.data.holds.length);
  const refused = await api.listMessages('shop', { cursor: 'x' });
  if (refused.status === 422) said.push('refused 422 ' + refused.data.code + ' ' + refused.data.errors[0]?.field);
  return said;
}
`;

describe('its limits are those of the server', () => {
  /** A body that is right, to be made wrong in one place. What answers 409 or 404 for what it is about was read all the same. */
  const BODIES: Readonly<Record<string, Record<string, unknown>>> = {
    sendMessage: { ...sms },
    sendMessages: { messages: [{ ...sms }] },
    searchMessages: { recipient: '+447400123456' },
    previewText: { text: 'Hello' },
    createProject: { id: 'limits' },
    changeProjectSettings: {},
    createIntegration: { name: 'One', servicePlanId: 'plan-1', apiToken: 'token', region: 'eu' },
    changeIntegration: {},
    createKey: { name: 'One', role: 'viewer' },
    changeExporter: {
      baseUrl: 'https://api.example.com',
      projectToken: 'token',
      keyId: 'key',
      keySecret: 'secret',
    },
    addSender: { sender: 'Shop' },
    eraseRecipient: { recipient: '+447400123456', dryRun: true },
    sweepProject: { since: new Date().toISOString() },
    sweepIntegration: { since: new Date().toISOString() },
    decodePayloads: { payloads: [] },
    encodePayloads: { payloads: [] },
  };

  const resolved = (schema: Schema): Schema =>
    schema.$ref === undefined
      ? schema
      : resolved(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});

  /** Values that a schema's own limits exclude, with a name of the limit. */
  function beyond(given: Schema): [limit: string, value: unknown][] {
    const schema = resolved(given);
    const all: [string, unknown][] = [];
    if (schema.maxLength !== undefined) all.push(['maxLength', filler(schema).repeat(schema.maxLength + 1)]);
    if (schema.minLength !== undefined) all.push(['minLength', 'a'.repeat(schema.minLength - 1)]);
    if (schema.maximum !== undefined) all.push(['maximum', schema.maximum + 1]);
    if (schema.minimum !== undefined) all.push(['minimum', schema.minimum - 1]);
    if (schema.exclusiveMinimum !== undefined) all.push(['exclusiveMinimum', schema.exclusiveMinimum]);
    if (schema.pattern !== undefined)
      all.push(...unlike(schema.pattern).map((value) => ['pattern', value] as [string, string]));
    const item = schema.items === undefined ? undefined : example(schema.items);
    if (schema.maxItems !== undefined) all.push(['maxItems', Array.from({ length: schema.maxItems + 1 }, () => item)]);
    if (schema.minItems !== undefined) all.push(['minItems', Array.from({ length: schema.minItems - 1 }, () => item)]);
    if (schema.enum !== undefined) all.push(['enum', 'none-of-these']);
    if (schema.type === 'integer') all.push(['integer', 1.5]);
    if (schema.items !== undefined)
      for (const [limit, value] of beyond(schema.items)) all.push([`items.${limit}`, [value]]);
    const alternatives = schema.anyOf ?? schema.oneOf;
    if (alternatives !== undefined) {
      const values = alternatives.flatMap((each) => beyond(each));
      // What one excludes another may take: a number as a recipient, an empty text for none.
      all.push(...values.filter(([, value]) => !alternatives.some((other) => takes(other, value))));
    }
    if (schema.properties !== undefined && schema.required?.length === Object.keys(schema.properties).length) {
      for (const [name, each] of Object.entries(schema.properties)) {
        for (const [limit, value] of beyond(each))
          all.push([`${name}.${limit}`, { ...(example(schema) as object), [name]: value }]);
      }
    }
    return all;
  }

  const filler = ({ pattern }: Schema): string => (pattern?.includes('Z') ? 'A' : 'a');

  const CANDIDATES = [
    '',
    ' ',
    'a b',
    'ä',
    'a:b',
    'A',
    'de',
    'DEU',
    '.',
    '447400123456',
    'a'.repeat(33),
    'a'.repeat(65),
    'a'.repeat(129),
    'a'.repeat(257),
    'a'.repeat(1025),
    'x/y',
    'short',
  ];

  function unlike(pattern: string): string[] {
    const found = CANDIDATES.filter((each) => !new RegExp(pattern, 'u').test(each));
    assert.ok(found.length > 0, pattern);
    return found;
  }

  function takes(given: Schema, value: unknown): boolean {
    const schema = resolved(given);
    const alternatives = schema.anyOf ?? schema.oneOf;
    if (alternatives !== undefined) return alternatives.some((each) => takes(each, value));
    if (schema.const !== undefined) return schema.const === value;
    if (schema.enum !== undefined) return schema.enum.includes(value);
    const types = [schema.type].flat();
    if (typeof value === 'string') {
      return (
        types.includes('string') &&
        value.length <= (schema.maxLength ?? Infinity) &&
        value.length >= (schema.minLength ?? 0) &&
        (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value))
      );
    }
    if (typeof value === 'number') {
      return (
        types.some((type) => type === 'number' || (type === 'integer' && Number.isInteger(value))) &&
        value <= (schema.maximum ?? Infinity) &&
        value >= (schema.minimum ?? -Infinity) &&
        value > (schema.exclusiveMinimum ?? -Infinity)
      );
    }
    return (
      Array.isArray(value) &&
      types.includes('array') &&
      value.length <= (schema.maxItems ?? Infinity) &&
      value.length >= (schema.minItems ?? 0)
    );
  }

  function example(given: Schema): unknown {
    const schema = resolved(given);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return schema.enum[0];
    if (schema.properties !== undefined) {
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, example(schema.properties?.[name] ?? {})]),
      );
    }
    if (schema.items !== undefined) return [example(schema.items)];
    if ([schema.type].flat().includes('string'))
      return ['m-1', 'DE', 'a'.repeat(22)].find((each) => takes(schema, each));
    return 1;
  }

  const read = (status: number): boolean => ![400, 422].includes(status);

  test('of every member of every body', async () => {
    let tried = 0;
    for (const { path: at, method, operation } of operations) {
      const schema = operation.requestBody?.content['application/json']?.schema;
      if (schema === undefined) continue;
      const body = BODIES[operation.operationId] ?? assert.fail(`what does ${operation.operationId} take?`);
      const filled = at.replace('{projectId}', 'shop').replace('{integrationId}', 'main');
      const call = (given: unknown) => app.call(method, filled, { body: given });
      const shape = resolved(schema.anyOf?.[0] ?? schema);
      for (const [name, member] of Object.entries(shape.properties ?? {})) {
        for (const [limit, value] of beyond(member)) {
          const answer = await call({ ...body, [name]: value });
          const isRefusedAlone =
            answer.json['success'] === false ||
            (answer.json['refusals'] as unknown[] | undefined)?.[0] !== undefined ||
            (answer.json['answers'] as IntakeAnswer[] | undefined)?.[0]?.success === false;
          const what = `${operation.operationId} ${name} ${limit} ${JSON.stringify(value)?.slice(0, 60)}: ${answer.status} ${answer.text.slice(0, 200)}`;
          assert.ok(!read(answer.status) || isRefusedAlone, what);
          tried += 1;
        }
      }
      if (shape.additionalProperties === false) {
        const answer = await call({ ...body, notThere: 1 });
        const refused = !read(answer.status) || answer.json['success'] === false;
        assert.ok(refused, `${operation.operationId} takes a member that it does not have: ${answer.text}`);
      }
    }
    assert.ok(tried > 150, `only ${tried} limits were tried`);
  });

  test('of every parameter', async () => {
    let tried = 0;
    for (const { path: at, method, operation } of operations) {
      if (at.startsWith('/webhooks')) continue;
      for (const { name, in: where, schema } of operation.parameters ?? []) {
        for (const [limit, value] of beyond(schema)) {
          if (where === 'path' && (value === '' || value === '.')) continue;
          const text = encodeURIComponent(String(value));
          const base = (where === 'path' ? at.replace(`{${name}}`, text) : at).replace('{projectId}', 'shop');
          const filled = base
            .replace('{kind}', 'smpp')
            .replace('{code}', '150')
            .replace(/\{\w+\}/g, 'x-1');
          const query = where === 'query' ? `?${name}=${text}` : '';
          const body = BODIES[operation.operationId];
          const answer = await app.call(method, `${filled}${query}`, body === undefined ? {} : { body });
          assert.ok(
            [404, 422].includes(answer.status),
            `${operation.operationId} ${name} ${limit} ${text.slice(0, 40)}: ${answer.status} ${answer.text.slice(0, 200)}`,
          );
          tried += 1;
        }
      }
    }
    assert.ok(tried > 150, `only ${tried} limits were tried`);
  });
});
