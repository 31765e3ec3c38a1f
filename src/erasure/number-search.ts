/** Whether the body of a callback names a number, in whatever form the body came and the number is written. */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { NUMBER_SEPARATORS, type NumberSpellings } from '../contract/msisdn.ts';

/** Most that a body may unpack to, in bytes: 16 times of what the webhook takes. */
const MAX_UNPACKED_BYTES = 16 * 1024 * 1024;

/** Bodies are kept as they came, and how they were compressed on their way is not kept with them. */
const UNPACKERS = [gunzip, inflate, brotliDecompress, inflateRaw].map((unpack) =>
  promisify<Uint8Array, { maxOutputLength: number }, Buffer>(unpack),
);

const SEPARATORS = new RegExp(`[${NUMBER_SEPARATORS}]`, 'g');

/** Looks for one number. */
export interface NumberSearch {
  /** Whether a text is the number, or names it among other words. */
  isIn(text: string): boolean;
  /** The same of a body: of its members where it is JSON. `undefined` where it unpacks to too much to be looked at. */
  isInBody(body: Uint8Array): Promise<boolean | undefined>;
}

export function createNumberSearch({ msisdn, unmistakable }: NumberSpellings): NumberSearch {
  const whole = new Set(unmistakable);
  // Digits of no number are looked for as they are: with separators they may be a date.
  const separated = msisdn === undefined ? '' : `[${NUMBER_SEPARATORS}]{0,3}`;
  const spellings = unmistakable.map((digits) => digits.split('').join(separated));
  const within = spellings.length === 0 ? undefined : new RegExp(`(?<!\\d)(?:${spellings.join('|')})(?!\\d)`);

  function isIn(text: string): boolean {
    const plain = text.normalize('NFKC');
    const digits = /^\+?(\d*)$/.exec(plain.replace(SEPARATORS, ''))?.[1];
    // Nothing but a number is that number or another one, whatever is within it.
    return digits === undefined ? (within?.test(plain) ?? false) : whole.has(digits);
  }

  /** @returns `isJson`: there is nothing to unpack */
  function look(content: Uint8Array): { found: boolean; isJson: boolean } {
    const text = new TextDecoder().decode(content);
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return { found: isIn(text), isJson: false };
    }
    return { found: textsOf(json).some(isIn), isJson: true };
  }

  return {
    isIn,
    async isInBody(body) {
      const { found, isJson } = look(body);
      if (found || isJson) return found;
      let isTooLarge = false;
      for (const unpack of UNPACKERS) {
        try {
          if (look(await unpack(body, { maxOutputLength: MAX_UNPACKED_BYTES })).found) return true;
        } catch (error) {
          // Any other error: it was not compressed this way.
          isTooLarge ||= (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
        }
      }
      return isTooLarge ? undefined : false;
    },
  };
}

/** Every text and number of a JSON value, names of members too. Not by recursion: a body may be nested as deep as it is long. */
function textsOf(json: unknown): string[] {
  const texts: string[] = [];
  const open = [json];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'string' || typeof value === 'number') texts.push(String(value));
    else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        if (!Array.isArray(value)) texts.push(name);
        open.push(member);
      }
    }
  }
  return texts;
}
