/** How a text goes over the air. */
export interface TextParts {
  /** The names of a dry run's answer: `text` is GSM 03.38, `unicode` is UCS-2. */
  encoding: 'text' | 'unicode';
  /** 1 or more. */
  count: number;
  /** The text of each part. */
  parts: readonly string[];
}

/** GSM 03.38 default alphabet (3GPP TS 23.038, 6.2.1), without the escape. */
const GSM_BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';

/** Its extension table (6.2.1.1): each of these takes two septets. */
const GSM_EXTENDED = '\f^{}\\[~]|€';

/** One part has room for 160 septets or 70 UTF-16 units; of a longer text each part gives 7 or 3 to its header. */
const ROOM = { text: { single: 160, each: 153 }, unicode: { single: 70, each: 67 } } as const;

/**
 * Splits a text as Sinch does (Message info, "Encoding"): GSM 03.38 where every character is in it, else UCS-2; escaped
 * characters and surrogate pairs are never cut in two, so a text can need a part more than its length suggests.
 */
export function splitText(text: string): TextParts {
  const characters = Array.from(text);
  const isGsm = characters.every((character) => GSM_BASIC.includes(character) || GSM_EXTENDED.includes(character));
  const encoding = isGsm ? 'text' : 'unicode';
  const sizeOf = (character: string): number => (isGsm ? (GSM_EXTENDED.includes(character) ? 2 : 1) : character.length);

  const total = characters.reduce((sum, character) => sum + sizeOf(character), 0);
  if (total <= ROOM[encoding].single) return { encoding, count: 1, parts: [text] };

  const parts: string[] = [];
  let part = '';
  let used = 0;
  for (const character of characters) {
    const size = sizeOf(character);
    if (used + size > ROOM[encoding].each) {
      parts.push(part);
      part = '';
      used = 0;
    }
    part += character;
    used += size;
  }
  parts.push(part);
  return { encoding, count: parts.length, parts };
}

/** The beginning of a text that fits into one part, as `truncate_concat` asks for. */
export function truncateToOnePart(text: string): string {
  const characters = Array.from(text);
  // Each character takes at least one unit of the larger alphabet's room.
  let kept = Math.min(characters.length, ROOM.text.single);
  while (kept > 0 && splitText(characters.slice(0, kept).join('')).count > 1) kept -= 1;
  return characters.slice(0, kept).join('');
}
