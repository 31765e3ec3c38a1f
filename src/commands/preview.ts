import type { Command } from 'commander';
import { LONGEST_TEXT, previewRequestSchema, previewText, type TextPreview } from '../requests/index.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, print, printJson } from './context.ts';
import { wholeNumber } from './option-values.ts';

/** Rows of characters that are shown; a text in another script has many. */
const MOST_CHARACTERS = 20;

/** `preview`: what a text takes to send. Needs no stack. */
export function addPreviewCommand(program: Command, context: CommandContext): void {
  program
    .command('preview')
    .summary('how many message parts a text takes, and which characters make it long')
    .description(
      'Counts the message parts of a text as Sinch does, and names the characters that are not in the GSM alphabet: ' +
        'with one of them a part holds 70 characters instead of 160. Nothing is sent, and nothing has to run.',
    )
    .requiredOption('--text <text>', `the text of an SMS, at most ${LONGEST_TEXT} characters`)
    .option('--max-parts <n>', 'parts that are allowed', wholeNumber(1, 30))
    .option('--json', 'the preview as one line of JSON')
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch preview --text "It’s on its way"\n  temporal-sinch preview --text "$(cat message.txt)" --max-parts 2 --json`,
    )
    .action((options: { text: string; maxParts?: number; json?: boolean }) => {
      const { text, maxParts } = options;
      if (!previewRequestSchema.safeParse({ text, maxParts }).success) {
        throw new CommandError(
          'invalid_field',
          `--text: expected a text of at most ${LONGEST_TEXT} characters, all of them whole, got ${text.length}.`,
          { exitCode: EXIT.usage },
        );
      }
      const preview = previewText(text, maxParts === undefined ? {} : { maxParts });
      if (options.json) return printJson(context, preview);
      for (const line of previewLines(preview)) print(context, line);
    });
}

/** The preview as lines for a terminal. */
export function previewLines(preview: TextPreview): string[] {
  const { encoding, parts, characters, units, unicodeCharacters, withSuggestions, maxParts } = preview;
  const room =
    encoding === 'GSM' ? '160 units fit one part, 153 each of several' : '70 units fit one part, 67 each of several';
  const lines = [
    `${count(parts, 'part')} in ${nameOf(encoding)}: ${count(characters, 'character')}, ${count(units, 'unit')}; ${room}.`,
  ];
  if (unicodeCharacters.length > 0) {
    lines.push('', 'Not in the GSM alphabet:');
    const shown = unicodeCharacters.slice(0, MOST_CHARACTERS);
    const widest = Math.max(...shown.map(({ name }) => name.length));
    for (const { character, codePoint, name, count: times, suggestion } of shown) {
      // Only what can be seen: control characters do things to a terminal.
      const visible = /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) ? character : ' ';
      lines.push(
        `  ${visible}  ${codePoint.padEnd(7)}  ${name.padEnd(widest)}  ${times} ×${suggestionWords(suggestion)}`,
      );
    }
    if (unicodeCharacters.length > shown.length) lines.push(`  and ${unicodeCharacters.length - shown.length} others`);
  }
  if (withSuggestions && (withSuggestions.parts < parts || withSuggestions.encoding !== encoding)) {
    lines.push(
      '',
      `So changed it takes ${count(withSuggestions.parts, 'part')} in ${nameOf(withSuggestions.encoding)}.`,
    );
  }
  if (preview.refusal) {
    lines.push('', `A message with this text is refused (${preview.refusal.code}): ${preview.refusal.message}.`);
  }
  if (preview.exceedsMaxParts) {
    lines.push(
      '',
      `At most ${count(maxParts, 'part')} are allowed: a message with this text is refused (too_many_parts).`,
    );
  }
  return lines;
}

function suggestionWords(suggestion: string | undefined): string {
  if (suggestion === undefined) return '';
  if (suggestion === '') return '  leave it out';
  return suggestion === ' ' ? '  use a space' : suggestion === '\n' ? '  use a line break' : `  use ${suggestion}`;
}

function nameOf(encoding: TextPreview['encoding']): string {
  return encoding === 'GSM' ? 'the GSM alphabet' : 'Unicode';
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
