export { type BareNumbers, callingCodeOfCountry, DEFAULT_BARE_NUMBERS, isBareNumbers } from './bare-numbers.ts';
export { COUNTRIES_WITHOUT_NAMES, refusesNames } from './countries-without-names.ts';
export { COUNTRIES_WITHOUT_REPORTS } from './countries-without-reports.ts';
export { digitsKeptOf, MIN_SPELLING_DIGITS, spellingsOf } from './spellings-of.ts';
export {
  explainMsisdnRefusal,
  type MsisdnOptions,
  type MsisdnRefusal,
  type MsisdnRefused,
  parseMsisdn,
  type ParsedMsisdn,
} from './parse-msisdn.ts';
