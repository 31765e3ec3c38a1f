/**
 * The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1 and 6.2.1.1). A text with any other
 * character goes out as UCS-2.
 */

const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);

const EXTENSION = new Set('\f^{}\\[~]|€');

/**
 * Septets that a character takes in the GSM alphabet: 1, or 2 for one of the extension table, which is sent as an
 * escape and a character; `undefined` where the alphabet does not have it.
 */
export function gsmSeptets(character: string): 1 | 2 | undefined {
  if (BASIC.has(character)) return 1;
  return EXTENSION.has(character) ? 2 : undefined;
}
