import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keyExpiry } from '../../src/commands/key-expiry.ts';
import { allPages } from '../../src/commands/pages.ts';
import { listLines, tableLines } from '../../src/commands/table.ts';

describe('what admins have written', () => {
  const columns = [
    { title: 'name', cell: ({ name }: { name: string; note: string }) => name },
    { title: 'note', cell: ({ note }: { name: string; note: string }) => note },
  ];

  test('moves no cursor and changes no colour in a table or a list', () => {
    const name = 'Sinch\u001B[2J\u009B31m EU\r\nroot';
    assert.deepEqual(tableLines(columns, [{ name, note: 'x' }])[1], 'Sinch?[2J?31m EU??root  x');
    assert.deepEqual(listLines([['Name', name]]), ['Name  Sinch?[2J?31m EU??root']);
  });

  test('has no column and no line where there is nothing to say', () => {
    assert.deepEqual(tableLines(columns, [{ name: 'Sinch EU', note: '' }]), ['name', 'Sinch EU']);
    assert.deepEqual(
      listLines([
        ['Name', 'x'],
        ['Archived', undefined],
      ]),
      ['Name  x'],
    );
  });

  test('is read to the last page', async () => {
    const pages = new Map([
      [undefined, { items: ['a', 'b'], nextCursor: '2' }],
      ['2', { items: ['c'], nextCursor: '3' }],
      ['3', { items: [] }],
    ]);
    const all = await allPages(({ cursor }) => Promise.resolve(pages.get(cursor) ?? { items: [] }));
    assert.deepEqual(all, ['a', 'b', 'c']);
  });
});

describe('when a key expires', () => {
  test('is so many days from now, the end of a day, or a time', () => {
    const now = (): number => Date.parse('2026-11-25T12:00:00Z');
    assert.equal(keyExpiry('90d', now), '2027-02-23T12:00:00.000Z');
    assert.equal(keyExpiry('2027-01-31', now), '2027-01-31T23:59:59.000Z');
    assert.equal(keyExpiry('2027-01-31T12:00:00+01:00', now), '2027-01-31T11:00:00.000Z');
  });

  test('is none of what could be read in two ways, or not at all', () => {
    for (const value of ['', '90', '0d', '2027-13-01', '2027-01-31T12:00:00', '31.01.2027']) {
      assert.throws(() => keyExpiry(value), /Expected days such as 90d/, value);
    }
  });
});
