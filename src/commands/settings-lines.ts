import { DEFAULT_REPORT_WINDOW_MS, DEFAULT_SETTLE_MS } from '../contract/message.ts';
import { countryName } from '../contract/country-name.ts';
import { type BareNumbers, COUNTRIES_WITHOUT_REPORTS, DEFAULT_BARE_NUMBERS } from '../countries/index.ts';
import type { ProjectView } from '../settings/index.ts';
import { counted } from './counted.ts';
import { listLines } from './table.ts';
import { utcTime } from './utc-time.ts';

const HOUR_MS = 3_600_000;

/** A project's settings, whole. */
export function settingsLines(project: ProjectView): string[] {
  const { countriesWithoutReports: own } = project;
  const countries = own ?? COUNTRIES_WITHOUT_REPORTS;
  const hours = (project.reportWindowMs ?? DEFAULT_REPORT_WINDOW_MS) / HOUR_MS;
  const seconds = (project.settleMs ?? DEFAULT_SETTLE_MS) / 1000;
  const standard = (value: unknown): string => (value === undefined ? ', the standard' : '');
  const lines = listLines([
    ['Name', project.name],
    ['Default SMS provider', project.defaultIntegrationId ?? 'none: set one with temporal-sinch integrations default'],
    ['Default sender', project.defaultSender ?? 'none'],
    ['Campaign event', project.eventName],
    ['Report window', `${counted(hours, 'hour')}${standard(project.reportWindowMs)}`],
    ['Settle time', `${counted(seconds, 'second')}${standard(project.settleMs)}`],
    ['Wait where no reports', project.waitWhereNoReportsExpected ? 'on' : 'off'],
    ['Status attribute', project.statusAttribute ? 'on' : 'off'],
    ['Numbers without +', bareNumbersInWords(project.bareNumbers)],
    [
      'Retention',
      project.retentionDays === undefined ? 'numbers and texts stay' : counted(project.retentionDays, 'day'),
    ],
    ['Without reports', `${counted(countries.length, 'country', 'countries')}${standard(own)}: ${countries.join(' ')}`],
    ['Added', utcTime(project.createdAt)],
    ['Changed', utcTime(project.updatedAt)],
  ]);
  return [`Project ${project.id}`, ...lines.map((line) => `  ${line}`)];
}

function bareNumbersInWords(bareNumbers: BareNumbers = DEFAULT_BARE_NUMBERS): string {
  if (bareNumbers === 'refused') return 'refused';
  return bareNumbers === 'international' ? 'international ones' : `national ones of ${countryName(bareNumbers)}`;
}
