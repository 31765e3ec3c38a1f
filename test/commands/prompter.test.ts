import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { openPrompter } from '../../src/commands/prompter.ts';
import { CTRL_C, CTRL_D, ENTER } from './context.ts';

const UP = '\u001B[A';

/** A terminal, and what it shows. */
function openTerminal() {
  const keys = Object.assign(new PassThrough(), { isTTY: true });
  const screen = { shown: '', stdout: '' };
  const prompter = openPrompter({
    env: {},
    stdin: keys,
    stdout: { write: (text) => (screen.stdout += text) },
    stderr: { isTTY: true, write: (text) => (screen.shown += text) },
  });
  return { prompter, screen, type: (text: string) => void keys.write(text) };
}

describe('questions at the terminal', () => {
  test('go to standard error, and are asked until there is an answer that fits', async () => {
    const { prompter, screen, type } = openTerminal();
    const asked = prompter.ask('Rate', { check: (answer) => (Number(answer) > 0 ? undefined : 'Above 0, please.') });
    type(ENTER);
    type(`none${ENTER}`);
    type(` 30 ${ENTER}`);
    assert.equal(await asked, '30');
    assert.match(screen.shown, /Rate: [^]*Above 0, please\.[^]*Rate: /);
    assert.equal(screen.stdout, '');
  });

  test('have an answer that holds where nothing is typed', async () => {
    const { prompter, screen, type } = openTerminal();
    const asked = prompter.ask('Rate', { assumed: '30' });
    type(ENTER);
    assert.equal(await asked, '30');
    assert.match(screen.shown, /Rate \[30\]: /);
    const confirmed = prompter.confirm('Sure?', true);
    type(ENTER);
    assert.equal(await confirmed, true);
    const denied = prompter.confirm('Sure?', true);
    type(`what${ENTER}N${ENTER}`);
    assert.equal(await denied, false);
  });

  test('take one of several by its number or its name', async () => {
    const choices = [
      { value: 'us', label: 'United States' },
      { value: 'eu', label: 'Europe' },
    ] as const;
    const { prompter, screen, type } = openTerminal();
    const byNumber = prompter.choose('Region', choices);
    type(`3${ENTER}2${ENTER}`);
    assert.equal(await byNumber, 'eu');
    const byName = prompter.choose('Region', choices);
    type(`US${ENTER}`);
    assert.equal(await byName, 'us');
    assert.match(screen.shown, /1 {2}us {2}United States\n {2}2 {2}eu {2}Europe/);
  });

  test('show nothing of a secret, and nothing brings it back', async () => {
    const { prompter, screen, type } = openTerminal();
    const asked = prompter.askSecret('Token');
    for (const key of 'tok-8f2a9c') type(key);
    type('\u007F');
    type(`d${ENTER}`);
    assert.equal(await asked, 'tok-8f2a9d');
    const next = prompter.ask('Name');
    type(`${UP}${UP}Shop${ENTER}`);
    assert.equal(await next, 'Shop');
    assert.doesNotMatch(screen.shown, /tok|8f2a|9c|9d/);
    assert.match(screen.shown, /Token \(not shown\): \n.*Name: /);
  });

  test('take what was typed before they were asked', async () => {
    const { prompter, type } = openTerminal();
    const first = prompter.ask('Name');
    type(`Shop${ENTER}my-plan${ENTER}`);
    assert.equal(await first, 'Shop');
    assert.equal(await prompter.ask('Plan'), 'my-plan');
  });

  for (const [what, key] of [
    ['Ctrl-C', CTRL_C],
    ['the end of input', CTRL_D],
  ] as const) {
    test(`end with exit code 130 at ${what}, also where nothing is shown`, async () => {
      for (const ask of ['ask', 'askSecret'] as const) {
        const { prompter, type } = openTerminal();
        const asked = prompter[ask]('Token');
        type(key);
        await assert.rejects(asked, { code: 'interrupted', exitCode: 130, message: /^Stopped/ });
      }
    });
  }

  test('are refused where their answer or their text would go elsewhere', async () => {
    const context = { env: {}, stdout: { write: () => true }, stderr: { write: () => true } };
    await assert.rejects(openPrompter(context).ask('Name'), { code: 'not_a_terminal', exitCode: 2 });
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    assert.equal(openPrompter({ ...context, stdin }).isInteractive, false);
  });
});
