export { COUNTRIES_WITHOUT_REPORTS } from './countries-without-reports.ts';
export { explainMsisdnRefusal, type MsisdnRefusal, parseMsisdn, type ParsedMsisdn } from './parse-msisdn.ts';
