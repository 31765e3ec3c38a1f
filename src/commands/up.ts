import type { Command } from 'commander';
import { DEFAULT_DATA_DIR, DEFAULT_LOCAL_RATE, type Stack, stackFilePath, startStack } from '../local/index.ts';
import { explainUnfitKey } from '../http/index.ts';
import type { Settings } from '../settings/index.ts';
import { databaseUrlOf, metricsAddressOf, readProxies, settingsFromFile } from '../config.ts';
import { reasonOf } from '../contract/reason.ts';
import { readTemporalConfig } from '../temporal-config.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { logOf } from './log-level.ts';
import { port, positiveNumber } from './option-values.ts';
import { showProgress } from './progress.ts';
import {
  addSimulatorBehaviour,
  behaviourOf,
  givenBehaviour,
  type SimulatorBehaviourOptions,
} from './simulator-options.ts';
import { destinationLine, destinationWarnings, isReal } from './where-messages-go.ts';
import { listenForStop } from './stop-signal.ts';

interface UpOptions extends SimulatorBehaviourOptions {
  port?: number;
  uiPort?: number;
  temporalPort?: number;
  dataDir: string;
  memory?: boolean;
  useServer?: boolean;
  settings?: string;
  rate?: number;
  encryptPayloads?: boolean;
  json?: boolean;
}

/** `up`: everything on this machine, until Ctrl-C. */
export function addUpCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('up')
    .summary('bring everything up on this machine, until Ctrl-C')
    .description(
      'Brings up Temporal with its web UI, the database, a simulator of Sinch, a worker and the HTTP API with its ' +
        'webhook, all on 127.0.0.1. Prints where they are and runs until Ctrl-C, which finishes what is being sent; a ' +
        'second Ctrl-C stops at once.',
    )
    .option('--port <port>', 'of the HTTP API (default: that of the last time, at first a free one)', port)
    .option('--ui-port <port>', "of Temporal's web UI (default: likewise)", port)
    .option('--temporal-port <port>', "of Temporal's own API (default: likewise)", port)
    .option('--data-dir <folder>', 'for the API key, the addresses and the data', DEFAULT_DATA_DIR)
    .option('--memory', 'keep messages and events in memory: about twice as fast, gone at the end')
    .option(
      '--use-server',
      'use the Temporal server that TEMPORAL_ADDRESS and its like name; always with the same data folder, or its messages are taken for new ones',
    )
    .option('--settings <file>', 'send through the integrations of this JSON file and not through the simulator')
    .option('--rate <n>', `messages a second of the simulator's plan (default: ${DEFAULT_LOCAL_RATE})`, positiveNumber)
    .option(
      '--encrypt-payloads',
      'encrypt what Temporal keeps; its web UI here shows plain text all the same (default: off)',
    )
    .option('--json', 'the addresses as one line of JSON, once all is up');
  addSimulatorBehaviour(command)
    .addHelpText(
      'after',
      `
Environment:
  DATABASE_URL    PostgreSQL to use instead of the embedded database (not with --memory)
  SINCH_API_KEY   API key to use instead of the one that is made on the first run
  METRICS_ADDRESS where the worker's metrics are scraped, such as 127.0.0.1:9464 (default: nowhere; those of the HTTP
                  API are at its /metrics, with the API key)
  TEMPORAL_CLI    the temporal program to start (default: found, downloaded or built once)
  LOG_LEVEL       fatal, error, warn, info, debug or silent (default: warn)
  LOG_FORMAT      json or text (default: text on a terminal, where NO_COLOR leaves colours out)

Examples:
  temporal-sinch up
  temporal-sinch up --memory --rate 200
  temporal-sinch up --port 8080 --data-dir /var/tmp/sinch
  TEMPORAL_ADDRESS=127.0.0.1:7233 temporal-sinch up --use-server`,
    )
    .action((options: UpOptions) => runUp(options, context));
}

async function runUp(options: UpOptions, context: CommandContext): Promise<void> {
  refuseUnusable(options, context);
  using stop = listenForStop();
  let stack: Stack;
  try {
    stack = await startUp(options, context, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    throw new CommandError('stopped', 'Stopped before all was up; nothing was left running.', {
      exitCode: EXIT.interrupted,
      cause: error,
    });
  }
  try {
    if (options.json) printJson(context, addressesOf(stack, options));
    else await printWelcome(context, stack, options);
    await Promise.race([stop.received, stack.ended]);
    note(context, 'Stopping: finishing what is being sent. Ctrl-C again stops at once.');
  } finally {
    await stack.close();
  }
  note(context, 'Stopped.');
}

/** Options that cannot go together would be dropped in silence, or worse. */
function refuseUnusable(options: UpOptions, { env }: CommandContext): void {
  const refuse = (message: string): never => {
    throw new CommandError('options_conflict', message, { exitCode: EXIT.usage });
  };
  if (options.useServer && options.memory) {
    refuse('--memory does not go with --use-server: the server would outlive what is known of its messages.');
  }
  if (options.useServer && (options.temporalPort !== undefined || options.uiPort !== undefined)) {
    refuse('--temporal-port and --ui-port do not go with --use-server, which starts no server.');
  }
  const ofSimulator = [...givenBehaviour(options), ...(options.rate === undefined ? [] : ['--rate'])];
  if (options.settings !== undefined && ofSimulator.length > 0) {
    refuse(`${ofSimulator.join(', ')}: the simulator is not started with --settings.`);
  }
  const apiKey = apiKeyOf(env);
  const unfit = apiKey === undefined ? undefined : explainUnfitKey(apiKey);
  if (unfit !== undefined) {
    throw new CommandError('api_key_unfit', `SINCH_API_KEY: ${unfit}.`, { exitCode: EXIT.usage });
  }
}

/** Without the line feed of the file that it may come from. */
function apiKeyOf(env: NodeJS.ProcessEnv): string | undefined {
  return env['SINCH_API_KEY']?.trim() || undefined;
}

async function startUp(options: UpOptions, context: CommandContext, signal: AbortSignal): Promise<Stack> {
  const { env } = context;
  const { memory = false, dataDir, rate } = options;
  const databaseUrl = memory ? undefined : databaseUrlOf(env);
  const apiKey = apiKeyOf(env);
  const metricsAddress = addressOfMetrics(env);
  const settings = options.settings === undefined ? undefined : settingsOf(options.settings);
  const log = logOf(env);
  using progress = showProgress(context);
  return startStack({
    env,
    dataDir,
    memory,
    log,
    signal,
    onProgress: progress.report,
    onNotice: (sentence) => note(context, sentence),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(settings === undefined ? {} : { settings }),
    ...(metricsAddress === undefined ? {} : { metricsAddress }),
    ...(rate === undefined ? {} : { messagesPerSecond: rate }),
    ...(options.encryptPayloads === undefined ? {} : { encryptPayloads: options.encryptPayloads }),
    proxies: proxiesOf(env),
    simulator: behaviourOf(options),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.uiPort === undefined ? {} : { uiPort: options.uiPort }),
    ...(options.temporalPort === undefined ? {} : { temporalPort: options.temporalPort }),
    ...(options.useServer ? { temporal: runningServer(env) } : {}),
  });
}

/** The connection that Temporal's own variables and configuration file describe. */
function runningServer(env: NodeJS.ProcessEnv) {
  const { connectionOptions, namespace = 'default' } = readTemporalConfig(env);
  return { connectionOptions, namespace };
}

function addressOfMetrics(env: NodeJS.ProcessEnv): string | undefined {
  try {
    return metricsAddressOf(env);
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new CommandError('metrics_address_invalid', `METRICS_ADDRESS: ${reason}.`, { exitCode: EXIT.usage, cause });
  }
}

function proxiesOf(env: NodeJS.ProcessEnv): ReturnType<typeof readProxies> {
  try {
    return readProxies(env);
  } catch (cause) {
    throw new CommandError('proxy_invalid', reasonOf(cause), { exitCode: EXIT.usage, cause });
  }
}

function settingsOf(file: string): Settings {
  try {
    return settingsFromFile(file);
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new CommandError('settings_invalid', `Reading the settings in ${file} failed: ${reason}`, { cause });
  }
}

function addressesOf(stack: Stack, { dataDir }: UpOptions) {
  return {
    url: stack.url,
    project: stack.projectId,
    temporal: stack.temporalAddress ?? null,
    temporal_ui: stack.temporalUi ?? null,
    simulator: stack.simulator?.url ?? null,
    // Once, when it is made; from then on only the file has it.
    ...(stack.apiKeyIsNew ? { api_key: stack.apiKey } : {}),
    stack_file: stackFilePath(dataDir),
  };
}

async function printWelcome(context: CommandContext, stack: Stack, options: UpOptions): Promise<void> {
  const file = stackFilePath(options.dataDir);
  const key = stack.apiKeyIsNew
    ? `${stack.apiKey} (new; shown this once, kept in ${file})`
    : apiKeyOf(context.env)
      ? 'the one in SINCH_API_KEY'
      : `kept in ${file}`;
  const rows = [
    ['HTTP API', `${stack.url}/v1/projects/${stack.projectId}`],
    ['Temporal UI', stack.temporalUi ?? 'that of the server in use'],
    ['Temporal', stack.temporalAddress ?? 'the server in use'],
    ['Simulator', stack.simulator === undefined ? 'none' : `${stack.simulator.url}/_simulator`],
    ['API key', key],
    ['Data', dataPlace(options, context)],
  ] as const;
  const destinations = await stack.destinations();
  const real = destinations.filter(isReal);
  print(
    context,
    `temporal-sinch is up. ${real.length === 0 ? 'Sinch is simulated: nothing is sent to anybody.' : 'Messages may reach people: see below where each integration sends.'}\n`,
  );
  for (const [name, value] of rows) print(context, `  ${name.padEnd(12)} ${value}`);
  if (real.length > 0) {
    print(context, '\nWhere messages go:');
    for (const destination of destinations) {
      const { projectId, id, isDefault } = destination;
      const role = isDefault ? `, the default of project ${projectId},` : ` of project ${projectId}`;
      print(context, `  ${id}${role} ${destinationLine(destination)}`);
    }
    const unreached = real.find(({ callbackUrl }) => callbackUrl?.startsWith(stack.url) === true);
    if (unreached) for (const line of destinationWarnings(unreached, false).slice(1)) print(context, `\n${line}`);
  }
  if (stack.simulator !== undefined && destinations.some((each) => each.isDefault && !isReal(each))) {
    const folder = options.dataDir === DEFAULT_DATA_DIR ? '' : ` --data-dir ${options.dataDir}`;
    print(context, '\nTry, in another terminal:');
    print(context, `  temporal-sinch send --to +33639980001 --text "Hello" --wait${folder}`);
  }
  print(context, '\nCtrl-C stops everything.');
}

function dataPlace({ memory, dataDir }: UpOptions, { env }: CommandContext): string {
  if (memory) return 'in memory: gone when this ends';
  return env['DATABASE_URL'] ? `in the database of DATABASE_URL; keys in ${dataDir}` : `kept in ${dataDir}`;
}
