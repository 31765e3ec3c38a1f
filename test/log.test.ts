import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger, type LogOutput } from '../src/log.ts';

/** What a logger writes to an output. */
function written(isTTY: boolean, env: Record<string, string> = {}): { output: LogOutput; text: () => string } {
  let text = '';
  const output: LogOutput = { isTTY, write: (line) => void (text += line) };
  const log = createLogger('info', env, output);
  log.warn({ plan: 'my-plan', count: 2, reason: 'no "route"\n\u001B[31mto host', nested: { a: 1 } }, 'A send\n failed');
  log.debug('not this');
  return { output, text: () => text };
}

test('a terminal gets one readable line, whatever a value holds', () => {
  const { text } = written(true, { NO_COLOR: '1' });
  assert.match(
    text(),
    /^\d\d:\d\d:\d\d WARN {2}A send {2}failed plan=my-plan count=2 reason="no \\"route\\"\\n\\u001b\[31mto host" nested=\{"a":1\}\n$/,
  );
});

test('colours are for terminals that have them', () => {
  assert.ok(written(true).text().includes('\u001B[33mWARN \u001B[0m'));
  for (const [isTTY, env] of [
    [true, { NO_COLOR: '1' }],
    [true, { TERM: 'dumb' }],
    [false, { LOG_FORMAT: 'text' }],
  ] as const) {
    const { text } = written(isTTY, env);
    assert.match(text(), /WARN {2}A send/);
    assert.ok(!text().includes('\u001B'), text());
  }
});

test('everything else gets JSON, and so does whoever asks for it', () => {
  for (const [isTTY, env] of [
    [false, {}],
    [true, { LOG_FORMAT: 'json' }],
  ] as const) {
    const line = JSON.parse(written(isTTY, env).text()) as Record<string, unknown>;
    assert.equal(line['plan'], 'my-plan');
    assert.equal(line['msg'], 'A send\n failed');
    assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT.*Z$/);
  }
});
