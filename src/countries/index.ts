export { COUNTRIES_WITHOUT_REPORTS } from './countries-without-reports.ts';
export { isCountry } from './is-country.ts';
export { digitsKeptOf, MIN_SPELLING_DIGITS, spellingsOf } from './spellings-of.ts';
export { explainMsisdnRefusal, type MsisdnRefusal, parseMsisdn, type ParsedMsisdn } from './parse-msisdn.ts';
