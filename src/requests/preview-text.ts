import { z } from 'zod';
import { DEFAULT_MAX_PARTS } from '../contract/message.ts';
import { countParts } from '../contract/part-count.ts';
import { characterName } from './character-name.ts';
import { gsmLookAlike } from './gsm-look-alike.ts';
import { LONGEST_TEXT, messageRequestSchema, wholeText } from './message-request.ts';
import { recipientPreviewSchema } from './preview-recipient.ts';

const encoding = z.enum(['GSM', 'UNICODE']);

/** The body of `POST /v1/projects/{p}/messages/preview`. Members that are not named here are refused. */
export const previewRequestSchema = z.strictObject({
  text: wholeText(LONGEST_TEXT).describe(`The text of an SMS, at most ${LONGEST_TEXT} characters`),
  maxParts: messageRequestSchema.shape.maxParts,
  recipient: messageRequestSchema.shape.recipient,
  sender: messageRequestSchema.shape.sender,
});

/** Its answer: what a text takes to send, and what makes it take so much; and where it goes. */
export const textPreviewSchema = z.strictObject({
  encoding,
  parts: z.number().int().min(1).describe('Message parts, each of which is billed'),
  characters: z.number().int().min(0).describe('As a person counts code points: an emoji is 1'),
  units: z.number().int().min(0).describe('Room taken: septets for GSM, UTF-16 code units for Unicode'),
  maxParts: z.number().int().min(1),
  exceedsMaxParts: z.boolean().describe('Whether a message with this text would be refused as `too_many_parts`'),
  unicodeCharacters: z
    .array(
      z.strictObject({
        character: z.string(),
        codePoint: z.string().describe('Such as U+2019'),
        name: z.string(),
        count: z.number().int().min(1).describe('How often it occurs'),
        suggestion: z
          .string()
          .optional()
          .describe(
            'What looks like it in the GSM alphabet; empty where it can be left out; absent where nothing does',
          ),
      }),
    )
    .describe('The characters that force Unicode, in the order of their appearance'),
  withSuggestions: z
    .strictObject({ encoding, parts: z.number().int().min(1) })
    .optional()
    .describe('What the text takes once the suggestions are followed; absent where there are none'),
  ...recipientPreviewSchema.shape,
});

/** What a text takes to send, and what makes it take so much. */
export type TextPreview = z.output<typeof textPreviewSchema>;

/** Counts the parts of a text as Sinch's dry run does, and names every character that makes it Unicode. */
export function previewText(text: string, { maxParts = DEFAULT_MAX_PARTS }: { maxParts?: number } = {}): TextPreview {
  const { unicodeCharacters: forcing, ...count } = countParts(text);
  const unicodeCharacters = forcing.map((character) => {
    const suggestion = gsmLookAlike(character);
    return {
      character,
      codePoint: codePointOf(character),
      name: characterName(character),
      count: 0,
      ...(suggestion === undefined ? {} : { suggestion }),
    };
  });
  const byCharacter = new Map(unicodeCharacters.map((each) => [each.character, each]));
  let replaced = '';
  for (const character of text) {
    const forced = byCharacter.get(character);
    if (forced) forced.count += 1;
    replaced += forced?.suggestion ?? character;
  }
  const { encoding, parts } = countParts(replaced);
  return {
    ...count,
    maxParts,
    exceedsMaxParts: count.parts > maxParts,
    unicodeCharacters,
    ...(replaced === text ? {} : { withSuggestions: { encoding, parts } }),
  };
}

function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
