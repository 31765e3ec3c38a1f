import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { textPreviewSchema } from '../../src/requests/index.ts';
import { runCommand } from './context.ts';

describe('preview', () => {
  test('tells the parts of a text, the characters that make it Unicode, and what would do instead', async () => {
    const text = `It’s “here” – 👋\u200b ${'a'.repeat(80)}`;
    const { exitCode, stdout, stderr } = await runCommand(['preview', '--text', text]);
    assert.equal(exitCode, 0);
    assert.equal(stderr, '');
    assert.deepEqual(stdout.split('\n'), [
      '2 parts in Unicode: 97 characters, 98 units; 70 units fit one part, 67 each of several.',
      '',
      'Not in the GSM alphabet:',
      "  ’  U+2019   right single quotation mark, or apostrophe  1 ×  use '",
      '  “  U+201C   left double quotation mark                  1 ×  use "',
      '  ”  U+201D   right double quotation mark                 1 ×  use "',
      '  –  U+2013   en dash                                     1 ×  use -',
      '  👋  U+1F44B  emoji                                       1 ×',
      '     U+200B   zero width space                            1 ×  leave it out',
      '',
    ]);
  });

  test('tells how many parts are left once the suggestions are followed', async () => {
    const { stdout } = await runCommand(['preview', '--text', `It’s ${'a'.repeat(80)}`]);
    assert.match(stdout, /So changed it takes 1 part in the GSM alphabet\.\n$/);
  });

  test('says where a message with the text would be refused', async () => {
    const args = ['preview', '--text', 'a'.repeat(161), '--max-parts', '1'];
    assert.match((await runCommand(args)).stdout, /At most 1 part .* refused \(too_many_parts\)\.\n$/);
    const json = await runCommand([...args, '--json']);
    const preview = textPreviewSchema.parse(JSON.parse(json.stdout));
    assert.equal(preview.exceedsMaxParts, true);
  });

  test('tells the country of a recipient without the number, and what would be refused', async () => {
    const preview = async (...args: string[]) => (await runCommand(['preview', '--text', 'Hello', ...args])).stdout;
    const sent = await preview('--recipient', '+44 (0)7400 123456', '--sender', 'Shop');
    assert.match(sent, /\n\nTo \+44•••••56: United Kingdom\.\n$/);
    assert.doesNotMatch(sent, /7400/);
    assert.match(
      await preview('--recipient', '+1 436 234 5678'),
      /To \+14•••••78: no country that the number tells\.\n$/,
    );
    const refused = await preview('--recipient', '46701740621.0');
    assert.match(refused, /A message so is refused \(invalid_recipient\): The phone number has decimals/);
    const named = await preview('--recipient', '+12025550123', '--sender', 'Shop');
    assert.match(named, /To \+12•••••23: United States\.\n\nA message so is refused \(invalid_sender\): No network of/);
    assert.match(await preview('--recipient', '07400 123456', '--bare-numbers', 'GB'), /United Kingdom/);
    const json = await runCommand(['preview', '--text', 'Hello', '--recipient', '+447400123456', '--json']);
    assert.deepEqual(textPreviewSchema.parse(JSON.parse(json.stdout)).recipient, {
      masked: '+44•••••56',
      country: 'GB',
      countryName: 'United Kingdom',
    });
  });

  test('shows the first of many characters and never a control character', async () => {
    const { stdout } = await runCommand(['preview', '--text', '\u0007\u001b[31mабвгдежзийклмнопрстуфхцчшщ']);
    assert.doesNotMatch(stdout.replaceAll('\n', ''), /\p{Control}/u);
    assert.match(stdout, /U\+0007 +control character/);
    assert.match(stdout, /\n {2}and 8 others\n/);
  });

  for (const [what, text] of [
    ['more than Sinch takes', 'a'.repeat(2001)],
    ['half a character', '\ud83d'],
  ] as const) {
    test(`is a usage error with ${what}`, async () => {
      const { exitCode, stderr } = await runCommand(['preview', '--text', text]);
      assert.equal(exitCode, 2);
      assert.match(stderr, /^Error: --text: expected a text of at most 2000 characters, all of them whole/);
    });
  }
});
