/** What docs/api.md says, each claim held against the code, and each example run. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createApp, PROBLEMS } from '../../src/http/index.ts';
import { codeBlocks, tableOf } from '../helpers/markdown.ts';
import { startEmptyApp } from './admin-app.ts';
import { API_KEY } from './http-fixture.ts';

const DOCUMENT = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
const bare = (cell = ''): string => cell.replaceAll('`', '');

test('has every route with its role, and no other', () => {
  const { routes } = createApp({} as Parameters<typeof createApp>[0]);
  const served = routes.filter(({ access }) => access !== 'sinch');
  assert.deepEqual(
    tableOf(DOCUMENT, 'Route')
      .map(([route, role]) => `${bare(role)} ${bare(route)}`)
      .sort(),
    served.map(({ access, method, path }) => `${access} ${method} ${path}`).sort(),
  );
});

test('has every problem with its status, and no other', () => {
  assert.deepEqual(
    Object.fromEntries(tableOf(DOCUMENT, 'Problem').map(([code, status]) => [bare(code), Number(status)])),
    Object.fromEntries(Object.entries(PROBLEMS).map(([code, { status }]) => [code, status])),
  );
});

/** As shown, but for what is made anew each time. */
function assertAsShown(answered: unknown, shown: unknown, place: string): void {
  if (Array.isArray(shown)) {
    assert.ok(Array.isArray(answered), place);
    assert.equal(answered.length, shown.length, place);
    for (const [index, each] of shown.entries()) assertAsShown(answered[index], each, `${place}[${index}]`);
    return;
  }
  if (typeof shown === 'object' && shown !== null) {
    const members = answered as Record<string, unknown>;
    assert.deepEqual(Object.keys(members).sort(), Object.keys(shown).sort(), place);
    for (const [name, each] of Object.entries(shown)) assertAsShown(members[name], each, `${place}.${name}`);
    return;
  }
  const isMade = typeof shown === 'string' && FORMS.some((form) => form.test(shown) && form.test(String(answered)));
  if (!isMade && shown !== '…') assert.equal(answered, shown, place);
}

/** Times, keys, ids, the audit log's actors and numbers, cursors. */
const FORMS = [
  /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
  /^ts_[\w-]{32}$/,
  /^[0-9A-Z]{26}$/,
  /^key:[0-9A-Z]{26}$/,
  /^\d+$/,
  /^YWZ0ZXI6[\w-]+$/,
];

test('has examples that are answered as it shows', async () => {
  const blocks = codeBlocks(DOCUMENT);
  await using app = await startEmptyApp();
  let key = API_KEY;
  const requests = blocks.flatMap(({ language }, index) => (language === 'http' ? [index] : []));
  assert.ok(requests.length > 10);
  for (const index of requests) {
    const [head = '', ...rest] = blocks[index]?.text.trim().split('\n') ?? [];
    const [method = '', path = ''] = head.split(' ');
    const body = rest.join('\n').trim();
    const answer = await app.call(method, path, {
      headers: { authorization: `Bearer ${key}` },
      ...(body === '' ? {} : { body }),
    });
    const shown = blocks[index + 1];
    assert.equal(shown?.language, 'json', `${head} has its answer behind it`);
    assertAsShown(answer.json, JSON.parse(shown.text), head);
    if (typeof answer.json['key'] === 'string') key = answer.json['key'];
  }
});
