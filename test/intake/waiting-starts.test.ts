import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWaitingStarts, type WaitingStart } from '../../src/intake/waiting-starts.ts';

const left: string[] = [];
const named = new Map<WaitingStart, string>();

function start(name: string, priority: number): WaitingStart {
  const made = { priority, begin: () => Promise.resolve(), leave: () => void left.push(name) };
  named.set(made, name);
  return made;
}

test('a list of starts that is full makes room for the more urgent by the last of the least urgent', () => {
  const waiting = createWaitingStarts(3);
  assert.equal(waiting.next(), undefined);
  assert.ok(waiting.add(start('bulk-1', 5)));
  assert.ok(waiting.add(start('campaign', 3)));
  assert.ok(waiting.add(start('bulk-2', 5)));
  assert.equal(waiting.add(start('bulk-3', 5)), false, 'the same priority makes no room');
  assert.deepEqual(left, []);
  assert.ok(waiting.add(start('password-1', 1)));
  assert.ok(waiting.add(start('password-2', 1)));
  assert.equal(waiting.add(start('bulk-4', 5)), false);
  assert.deepEqual(left, ['bulk-2', 'bulk-1']);
  assert.equal(waiting.size, 3);
  const order: (string | undefined)[] = [];
  for (let next = waiting.next(); next; next = waiting.next()) order.push(named.get(next));
  assert.deepEqual(order, ['password-1', 'password-2', 'campaign']);
  assert.equal(waiting.size, 0);
});
