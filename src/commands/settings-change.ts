import type { Command } from 'commander';
import { type BareNumbers, COUNTRIES_WITHOUT_REPORTS } from '../countries/index.ts';
import type { ProjectChange, ProjectView } from '../settings/index.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, print, printJson } from './context.ts';
import { bareNumbers, countries, daysOrNever, onOrOff, positiveNumberOrDefault } from './option-values.ts';
import { settingsLines } from './settings-lines.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

interface ChangeOptions extends TargetOptions {
  name?: string;
  defaultIntegration?: string;
  /** `false`: none any more. */
  defaultSender?: string | false;
  eventName?: string;
  /** Hours. */
  reportWindow?: number | 'default';
  /** Seconds. */
  settle?: number | 'default';
  waitWhereNoReports?: boolean;
  statusAttribute?: boolean;
  bareNumbers?: BareNumbers;
  retention?: number | 'never';
  addWithoutReports?: string[];
  removeWithoutReports?: string[];
  resetWithoutReports?: boolean;
  json?: boolean;
}

/** `settings change`: what is not given stays as it is. */
export function addSettingsChangeCommand(settings: Command, context: CommandContext): void {
  const command = settings
    .command('change')
    .summary('change the settings')
    .description('Changes the settings of the project; what is not given stays as it is.')
    .option('--name <name>', 'of the project, for people')
    .option('--default-integration <id>', 'the default SMS provider')
    .option('--default-sender <sender>', 'one of the predefined senders, used where a request names none')
    .option('--no-default-sender', 'no default sender any more')
    .option('--event-name <name>', 'of the campaign event at the engagement platform')
    .option('--report-window <hours>', 'how long reports are waited for, or default', positiveNumberOrDefault)
    .option(
      '--settle <seconds>',
      'how long a message of unknown outcome is looked for at Sinch, or default',
      positiveNumberOrDefault,
    )
    .option('--wait-where-no-reports <on|off>', 'off ends messages to countries without reports at once', onOrOff)
    .option('--status-attribute <on|off>', 'off leaves the search attribute SinchStatus as it is at the start', onOrOff)
    .option(
      '--bare-numbers <how>',
      'how numbers without + and 00 are read: international, refused, or national ones of a country such as GB',
      bareNumbers,
    )
    .option('--retention <days>', 'whole days after which numbers and texts are erased, or never', daysOrNever)
    .option('--add-without-reports <codes>', 'countries that send no reports either', countries)
    .option('--remove-without-reports <codes>', 'countries that do send reports', countries)
    .option('--reset-without-reports', 'back to the standard list of such countries')
    .option('--json', 'the settings as one line of JSON');
  addTargetOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  temporal-sinch settings change --default-sender Shop --event-name sms_campaign
  temporal-sinch settings change --add-without-reports IN,TR --remove-without-reports DE
  temporal-sinch settings change --report-window 48 --json
  temporal-sinch settings change --report-window default
  temporal-sinch settings change --retention 90
  temporal-sinch settings change --bare-numbers GB
${TARGET_HELP}`,
    )
    .action(async (options: ChangeOptions) => {
      const { resetWithoutReports, addWithoutReports, removeWithoutReports } = options;
      if (resetWithoutReports && (addWithoutReports ?? removeWithoutReports)) {
        throw new CommandError(
          'options_conflict',
          '--reset-without-reports does not go with --add-without-reports and --remove-without-reports.',
          { exitCode: EXIT.usage },
        );
      }
      const target = await resolveTarget(options, context.env);
      const api = createApiClient(target);
      const change = { ...changeOf(options), ...(await countriesOf(options, api)) };
      if (Object.keys(change).length === 0) {
        throw new CommandError('nothing_to_change', 'There is nothing to change: name a setting, see --help.', {
          exitCode: EXIT.usage,
        });
      }
      const view = await api.patch<ProjectView>('/settings', change);
      if (options.json) return printJson(context, view);
      print(context, 'Changed.');
      for (const line of settingsLines(view)) print(context, line);
    });
}

function changeOf(options: ChangeOptions): ProjectChange {
  const { name, defaultIntegration, defaultSender, eventName, reportWindow, settle } = options;
  const { waitWhereNoReports, statusAttribute, retention } = options;
  return {
    ...(name === undefined ? {} : { name }),
    ...(defaultIntegration === undefined ? {} : { defaultIntegrationId: defaultIntegration }),
    ...(defaultSender === undefined ? {} : { defaultSender: defaultSender === false ? null : defaultSender }),
    ...(eventName === undefined ? {} : { eventName }),
    ...(reportWindow === undefined ? {} : { reportWindowMs: millisecondsOf(reportWindow, 3_600_000) }),
    ...(settle === undefined ? {} : { settleMs: millisecondsOf(settle, 1000) }),
    ...(waitWhereNoReports === undefined ? {} : { waitWhereNoReportsExpected: waitWhereNoReports }),
    ...(statusAttribute === undefined ? {} : { statusAttribute }),
    ...(options.bareNumbers === undefined ? {} : { bareNumbers: options.bareNumbers }),
    ...(retention === undefined ? {} : { retentionDays: retention === 'never' ? null : retention }),
  };
}

function millisecondsOf(value: number | 'default', unitMs: number): number | null {
  return value === 'default' ? null : value * unitMs;
}

/** The API takes the whole list, so what is there is read first. */
async function countriesOf(
  { addWithoutReports = [], removeWithoutReports = [], resetWithoutReports }: ChangeOptions,
  api: ApiClient,
): Promise<Pick<ProjectChange, 'countriesWithoutReports'>> {
  if (resetWithoutReports) return { countriesWithoutReports: null };
  if (addWithoutReports.length + removeWithoutReports.length === 0) return {};
  const { countriesWithoutReports = COUNTRIES_WITHOUT_REPORTS } = await api.get<ProjectView>('/settings');
  const listed = new Set([...countriesWithoutReports, ...addWithoutReports]);
  for (const code of removeWithoutReports) listed.delete(code);
  return { countriesWithoutReports: [...listed] };
}
