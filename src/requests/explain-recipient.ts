import { explainMsisdnRefusal, type MsisdnRefused } from '../countries/index.ts';
import { characterName } from './character-name.ts';

/** What is wrong with a recipient, as the end of a sentence: the rule, and the character that is in the way. Never a digit of it. */
export function explainRecipient({ reason, place, character }: MsisdnRefused): string {
  const rule = explainMsisdnRefusal(reason);
  if (place === undefined || character === undefined) return rule;
  const shown = /^\p{L}$/u.test(character) ? ` ${character}` : '';
  return `${rule} (character ${place}: ${characterName(character)}${shown})`;
}
