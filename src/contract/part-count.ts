import { gsmSeptets } from './gsm-alphabet.ts';

/** How a text is encoded on its way to the handset, in the words of Sinch's reports. */
export type Encoding = 'GSM' | 'UNICODE';

/** What a text takes to send. */
export interface PartCount {
  encoding: Encoding;
  /** Message parts, each of which is billed: 1 or more, also for an empty text. */
  parts: number;
  /** Characters as a person counts code points: an emoji is 1. */
  characters: number;
  /** Room taken: septets for GSM (an extension character takes 2), UTF-16 code units for Unicode (an emoji takes 2). */
  units: number;
  /** The different characters that make the text Unicode, in the order of their appearance; none for GSM. */
  unicodeCharacters: string[];
}

/** Units that fit into a message of one part, and into each part of a longer one, whose header takes the difference. */
const CAPACITY = {
  GSM: { single: 160, part: 153 },
  UNICODE: { single: 70, part: 67 },
} as const satisfies Record<Encoding, { single: number; part: number }>;

/**
 * Counts the parts of a text by laying its characters out part by part. Dividing the length is not enough: an extension
 * character's escape pair and an emoji's surrogate pair never fall apart across two parts, so that a part can end a
 * unit early. Sinch's own count may be lower where the account has automatic encoding switched on.
 */
export function countParts(text: string): PartCount {
  const characters = Array.from(text);
  const unicodeCharacters = [...new Set(characters.filter((character) => gsmSeptets(character) === undefined))];
  const encoding = unicodeCharacters.length === 0 ? 'GSM' : 'UNICODE';
  const sizes = characters.map((character) =>
    encoding === 'GSM' ? (gsmSeptets(character) ?? character.length) : character.length,
  );
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const parts = units <= CAPACITY[encoding].single ? 1 : layOut(sizes, CAPACITY[encoding].part);
  return { encoding, parts, characters: characters.length, units, unicodeCharacters };
}

function layOut(sizes: readonly number[], capacity: number): number {
  let parts = 1;
  let filled = 0;
  for (const size of sizes) {
    if (filled + size > capacity) {
      parts += 1;
      filled = 0;
    }
    filled += size;
  }
  return parts;
}
