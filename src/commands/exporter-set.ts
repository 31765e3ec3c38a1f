import { type Command, InvalidArgumentError } from 'commander';
import type { ExporterChange, ExporterView } from '../settings/index.ts';
import { type ApiClient, ApiError, createApiClient } from './api-client.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, print, printJson } from './context.ts';
import { exporterLines } from './exporter-lines.ts';
import { onOrOff, positiveNumber } from './option-values.ts';
import { openPrompter, type Prompter, refuseMissing } from './prompter.ts';
import { hasSecret, howToGive, readSecret, refuseAsOptions, type SecretInput } from './secret-input.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

interface SetOptions extends TargetOptions {
  baseUrl?: string;
  projectToken?: string;
  keyId?: string;
  rotateSecret?: boolean;
  secretStdin?: boolean;
  rate?: number;
  enabled?: boolean;
  mapStatus?: Readonly<Record<string, string>>;
  unmapStatus?: readonly string[];
  json?: boolean;
}

const KEY_SECRET: SecretInput = {
  name: 'secret of the tracking API key',
  variable: 'TRACKING_API_SECRET',
  stdinOption: '--secret-stdin',
};

/** `exporter set`: asks for what is not given the first time; from then on what is not given stays as it is. */
export function addExporterSetCommand(exporter: Command, context: CommandContext): void {
  const command = exporter
    .command('set')
    .summary('set or change where events leave to')
    .description(
      'Sets where campaign events leave to, asking for what is not given; where that is set, changes what is given. The ' +
        'secret is typed, or comes from TRACKING_API_SECRET or standard input; never as an option.',
    )
    .option('--base-url <url>', 'address of the tracking API')
    .option('--project-token <token>', 'project token at the platform')
    .option('--key-id <id>', 'id of an API key with the permission to set events')
    .option('--secret-stdin', 'take the secret of that key from standard input')
    .option('--rotate-secret', 'ask for a new secret')
    .option('--rate <n>', 'most requests a second, 1 to 100 (default: 100)', positiveNumber)
    .option('--enabled <on|off>', 'off: events wait', onOrOff)
    .option('--map-status <status=name>', 'a name for a status at the platform; may be repeated', mapping)
    .option('--unmap-status <status>', 'its own name again; may be repeated', list)
    .option('--json', 'the exporter as one line of JSON');
  refuseAsOptions(addTargetOptions(command), ['secret', 'key-secret'], KEY_SECRET)
    .addHelpText(
      'after',
      `
Environment:
  TRACKING_API_SECRET   secret of the API key, the first time and with --rotate-secret

Examples:
  temporal-sinch exporter set
  temporal-sinch exporter set --base-url https://api.example.com --project-token my-token --key-id my-key --secret-stdin < secret.txt
  temporal-sinch exporter set --map-status timeout=no_report
  temporal-sinch exporter set --enabled off --json
${TARGET_HELP}`,
    )
    .action(async (options: SetOptions) => {
      const api = createApiClient(await resolveTarget(options, context.env));
      using prompter = openPrompter(context);
      const now = await exporterOf(api);
      const change = { ...(await placeOf(options, now === undefined, context, prompter)), ...changeOf(options, now) };
      if (Object.keys(change).length === 0) {
        throw new CommandError('nothing_to_change', 'There is nothing to change: name a setting, see --help.', {
          exitCode: EXIT.usage,
        });
      }
      const view = await api.put<ExporterView>('/exporter', change);
      if (options.json) return printJson(context, view);
      print(context, now === undefined ? 'Set: campaign events leave from now on.' : 'Changed.');
      for (const line of exporterLines(view)) print(context, `  ${line}`);
    });
}

async function exporterOf(api: ApiClient): Promise<ExporterView | undefined> {
  try {
    return await api.get<ExporterView>('/exporter');
  } catch (error) {
    if (error instanceof ApiError && error.code === 'unknown_exporter') return undefined;
    throw error;
  }
}

/** Where to and as whom: all of it is needed the first time. */
async function placeOf(
  { baseUrl, projectToken, keyId, rotateSecret, secretStdin }: SetOptions,
  isFirst: boolean,
  context: CommandContext,
  prompter: Prompter,
): Promise<ExporterChange> {
  const needsSecret = isFirst || rotateSecret === true || secretStdin === true;
  refuseMissing(prompter, [
    [!isFirst || baseUrl !== undefined, '--base-url'],
    [!isFirst || projectToken !== undefined, '--project-token'],
    [!isFirst || keyId !== undefined, '--key-id'],
    [!needsSecret || hasSecret(context, KEY_SECRET, secretStdin), howToGive(KEY_SECRET)],
  ]);
  const given = async (value: string | undefined, question: string): Promise<string | undefined> =>
    value ?? (isFirst ? prompter.ask(question) : undefined);
  const place = {
    baseUrl: await given(baseUrl, 'Address of the tracking API'),
    projectToken: await given(projectToken, 'Project token at the platform'),
    keyId: await given(keyId, 'Id of the API key'),
    keySecret: needsSecret ? await readSecret(context, prompter, KEY_SECRET, secretStdin) : undefined,
  };
  return Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined));
}

/** The API takes all names of statuses at once, so those that are there are kept. */
function changeOf(options: SetOptions, now: ExporterView | undefined): ExporterChange {
  const { rate, enabled, mapStatus, unmapStatus } = options;
  const names = { ...now?.statusNames, ...mapStatus };
  const kept = Object.entries(names).filter(([status]) => unmapStatus?.includes(status) !== true);
  return {
    ...(rate === undefined ? {} : { requestsPerSecond: rate }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(mapStatus === undefined && unmapStatus === undefined ? {} : { statusNames: Object.fromEntries(kept) }),
  };
}

function mapping(value: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, status, name] = /^(\w+)=(.+)$/.exec(value) ?? [];
  if (status === undefined || name === undefined) {
    throw new InvalidArgumentError('Expected a status and its name, such as timeout=no_report.');
  }
  return { ...before, [status]: name };
}

function list(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
