import type { Command } from 'commander';
import { DEFAULT_DATA_DIR, LOCAL_PROJECT_ID, readStackFile, type StackFile, stackFilePath } from '../local/index.ts';
import { CommandError } from './command-error.ts';

/** Which stack a command speaks to, and as whom. */
export interface Target {
  /** Without a slash at the end. */
  url: string;
  apiKey: string;
  projectId: string;
  /** Where the two were found, for error messages. */
  from: { url: string; apiKey: string };
}

/** The options that name a target, as commander gives them. */
export interface TargetOptions {
  url?: string;
  apiKey?: string;
  project?: string;
  dataDir: string;
}

/** What the help of a command that speaks to a stack says at its end. */
export const TARGET_HELP = `
Where the stack is, and its key, come from the first of these that is there:
  the options --url, --api-key and --project,
  the environment: TEMPORAL_SINCH_URL, SINCH_API_KEY, TEMPORAL_SINCH_PROJECT,
  ${DEFAULT_DATA_DIR}/stack.json, which a running \`temporal-sinch up\` keeps up to date.`;

/** Adds the options that name a target. */
export function addTargetOptions(command: Command): Command {
  return addServerOptions(command).option('--project <id>', `project (default: "${LOCAL_PROJECT_ID}")`);
}

/** Adds the options that name a target apart from its project. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--url <url>', 'address of the HTTP API')
    .option('--api-key <key>', 'API key; other users of this machine may see it here, so prefer SINCH_API_KEY')
    .option('--data-dir <folder>', 'folder of the local stack', DEFAULT_DATA_DIR);
}

/** @throws CommandError where no stack is named and none runs here, or there is no key for it */
export async function resolveTarget(options: TargetOptions, env: NodeJS.ProcessEnv): Promise<Target> {
  const file = await readStackFile(options.dataDir);
  const url = pick(
    [options.url, '--url'],
    [env['TEMPORAL_SINCH_URL'], 'TEMPORAL_SINCH_URL'],
    [file?.url, stackFilePath(options.dataDir)],
  );
  if (url === undefined) {
    throw new CommandError(
      'no_stack',
      `No stack is running here: ${file === undefined ? 'there is no' : 'no address is in'} ${stackFilePath(options.dataDir)}. ` +
        'Start one with `temporal-sinch up`, or name one with --url or TEMPORAL_SINCH_URL.',
    );
  }
  const address = checkedUrl(url);
  const apiKey = pick(
    [options.apiKey, '--api-key'],
    [env['SINCH_API_KEY'], 'SINCH_API_KEY'],
    // The key of the stack here is nobody else's business.
    [isOf(file, address) ? file?.apiKey : undefined, stackFilePath(options.dataDir)],
  );
  if (apiKey === undefined) {
    throw new CommandError(
      'no_api_key',
      `There is no API key for ${address}. Give it in SINCH_API_KEY or with --api-key.`,
    );
  }
  return {
    url: address,
    apiKey: apiKey.value,
    projectId:
      options.project ?? (env['TEMPORAL_SINCH_PROJECT']?.trim() || undefined) ?? file?.projectId ?? LOCAL_PROJECT_ID,
    from: { url: url.from, apiKey: apiKey.from },
  };
}

interface Found {
  value: string;
  from: string;
}

function pick(...candidates: readonly (readonly [string | undefined, string])[]): Found | undefined {
  for (const [given, from] of candidates) {
    // A variable that is filled from a file has its line feed.
    const value = given?.trim() ?? '';
    if (value !== '') return { value, from };
  }
  return undefined;
}

function checkedUrl({ value, from }: Found): string {
  if (URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol)) return value.replace(/\/+$/, '');
  throw new CommandError('url_invalid', `${from} is no http or https address: ${value}`, { exitCode: 2 });
}

function isOf(file: StackFile | undefined, url: string): boolean {
  return file?.url !== undefined && new URL(file.url).origin === new URL(url).origin;
}
