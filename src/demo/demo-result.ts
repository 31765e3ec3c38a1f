import { counted, explainBalance, explainUnknownOutcomes, ledgerTable, percent } from '../commands/index.ts';
import { countryName } from '../contract/country-name.ts';
import type { Ledger } from '../events/index.ts';
import type { ComparedNumber } from './compare.ts';

/** What a run of the demo came to. */
export interface DemoResult {
  ledger: Ledger;
  compared: readonly ComparedNumber[];
  /** Messages that differ from what the simulator knows of them; ids only. */
  differing: readonly string[];
  /** From the first request to the last final event, four days of skipped time included. */
  seconds: number;
  /** Messages that Sinch took, over the time from the first request to the last event that a report brought. */
  messagesPerSecond: number;
  withoutReports: readonly { country: string; messages: number }[];
  lateReports: number;
  temporalUi: string;
}

/** Whether the books are right, by themselves and by the simulator's. */
export function isRight({ ledger, compared }: DemoResult): boolean {
  return ledger.balanced && compared.every(({ ours, expected }) => ours === expected);
}

/** The members of the demo's JSON line. */
export function jsonOf(result: DemoResult): Record<string, number | boolean | string> {
  const { ledger } = result;
  return {
    requested: ledger.requested,
    skipped: ledger.skipped,
    enqueued: ledger.enqueued,
    enqueue_failed: ledger.enqueueFailed,
    delivered: ledger.delivered,
    rejected: ledger.rejected,
    failed: ledger.failed,
    timeout: ledger.timeout,
    waiting: ledger.waitingToSend + ledger.waitingForReport,
    balanced: isRight(result),
    seconds: result.seconds,
    temporal_ui: result.temporalUi,
    messages_per_second: result.messagesPerSecond,
  };
}

/** The result as a person reads it. */
export function linesOf(result: DemoResult): string[] {
  const { ledger, lateReports } = result;
  return [
    'What became of the requests:',
    '',
    ...ledgerTable(ledger).map((line) => `  ${line}`),
    '',
    ...reportRemark(result),
    ...(lateReports === 0
      ? []
      : [`${counted(lateReports, 'message')} had a report after the end: kept aside, and nothing was counted again.`]),
    '',
    ...explainUnknownOutcomes(ledger.unknownOutcomes),
    explainBalance(ledger),
    ...comparison(result),
    '',
    `${counted(result.messagesPerSecond, 'message')} a second, from the first request to the last event that a report brought; ` +
      `${result.seconds} s in all.`,
  ];
}

/** What is compared and where it differs, for a person and for the error output of a run with `--json`. */
export function comparison({ compared, differing }: DemoResult): string[] {
  const different = compared.filter(({ ours, expected }) => ours !== expected);
  if (different.length === 0) {
    return ['Every number agrees with what the simulator of Sinch counted for itself, and nothing was sent twice.'];
  }
  return [
    'NOT as the simulator of Sinch counted for itself:',
    ...different.map(({ name, ours, expected }) => `  ${name}: ${ours} here, ${expected} there`),
    ...(differing.length === 0 ? [] : [`Messages that differ: ${differing.join(', ')}`]),
  ];
}

function reportRemark({ ledger, withoutReports }: DemoResult): string[] {
  const silent = withoutReports.reduce((sum, { messages }) => sum + messages, 0);
  if (silent === 0) return [];
  const names = withoutReports.map(({ country, messages }) => `${countryName(country)} ${messages}`).join(', ');
  const canReport = ledger.enqueued - silent;
  return [
    `${silent} of the ${counted(ledger.timeout, 'timeout')} went where operators send no delivery reports (${names}):`,
    (silent === 1
      ? 'whether it arrived is not known, and it is no failure. '
      : 'whether they arrived is not known, and they are no failures. ') +
      (canReport === 0
        ? ''
        : `Of the ${canReport} that can report, ${ledger.delivered} ${ledger.delivered === 1 ? 'was' : 'were'} delivered (${percent(ledger.delivered, canReport)}).`),
  ];
}
