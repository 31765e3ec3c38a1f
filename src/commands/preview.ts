import type { Command } from 'commander';
import type { BareNumbers } from '../countries/index.ts';
import {
  LONGEST_TEXT,
  previewRecipient,
  previewRequestSchema,
  previewText,
  type TextPreview,
} from '../requests/index.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, print, printJson } from './context.ts';
import { bareNumbers, wholeNumber } from './option-values.ts';

/** Rows of characters that are shown; a text in another script has many. */
const MOST_CHARACTERS = 20;

interface PreviewOptions {
  text: string;
  maxParts?: number;
  recipient?: string;
  sender?: string;
  bareNumbers?: BareNumbers;
  json?: boolean;
}

/** `preview`: what a text takes to send, and where it goes. Needs no stack. */
export function addPreviewCommand(program: Command, context: CommandContext): void {
  program
    .command('preview')
    .summary('how many message parts a text takes, which characters make it long, and where it goes')
    .description(
      'Counts the message parts of a text as Sinch does, and names the characters that are not in the GSM alphabet: ' +
        'with one of them a part holds 70 characters instead of 160. Tells the country of a recipient, or what is wrong ' +
        'with the number or the sender there. Nothing is sent, and nothing has to run.',
    )
    .requiredOption('--text <text>', `the text of an SMS, at most ${LONGEST_TEXT} characters`)
    .option('--max-parts <n>', 'parts that are allowed', wholeNumber(1, 30))
    .option('--recipient <number>', 'the number as it stands in a list')
    .option('--sender <sender>', 'a number, a short code or a name')
    .option(
      '--bare-numbers <how>',
      'how numbers without + and 00 are read: international (default), refused, or national ones of a country such as GB',
      bareNumbers,
    )
    .option('--json', 'the preview as one line of JSON')
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch preview --text "It’s on its way"\n  temporal-sinch preview --text "$(cat message.txt)" --max-parts 2 --json\n  temporal-sinch preview --text Hello --recipient "+44 (0)7400 123456" --sender Shop`,
    )
    .action((options: PreviewOptions) => {
      const { text, maxParts, recipient, sender } = options;
      if (!previewRequestSchema.safeParse({ text, maxParts }).success) {
        throw new CommandError(
          'invalid_field',
          `--text: expected a text of at most ${LONGEST_TEXT} characters, all of them whole, got ${text.length}.`,
          { exitCode: EXIT.usage },
        );
      }
      const preview = {
        ...previewText(text, maxParts === undefined ? {} : { maxParts }),
        ...previewRecipient({ recipient, sender }, options),
      };
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
  if (preview.exceedsMaxParts) {
    lines.push(
      '',
      `At most ${count(maxParts, 'part')} are allowed: a message with this text is refused (too_many_parts).`,
    );
  }
  return [...lines, ...recipientLines(preview)];
}

function recipientLines({ recipient, refusals = [] }: TextPreview): string[] {
  const lines: string[] = [];
  if (recipient)
    lines.push('', `To ${recipient.masked}: ${recipient.countryName ?? 'no country that the number tells'}.`);
  for (const { code, message } of refusals) lines.push('', `A message so is refused (${code}): ${message}.`);
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
