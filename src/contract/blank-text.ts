/**
 * What nobody sees: white space, control characters, what Unicode calls default ignorable (zero width characters, soft
 * hyphen, marks of direction, selectors, Hangul fillers, byte order mark), and the few that are drawn as nothing though
 * Unicode counts them among letters and symbols: blanks of Braille, of musical notation and of hieroglyphs, the Khitan
 * filler, and the marks around annotations.
 */
const BLANK =
  /^(?:[\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb\u{1d159}\u{13441}\u{13442}]|\u{16fe4})*$/u;

/** Whether a text shows nothing on any handset: empty, or made of blanks and invisible characters alone. */
export function isBlank(text: string): boolean {
  return BLANK.test(text);
}
