import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Command, Option } from 'commander';
import type { MessageView } from '../http/index.ts';
import { readStackFile } from '../local/index.ts';
import { createApiClient, messagePath } from './api-client.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

interface OpenOptions extends TargetOptions {
  ui?: string;
  namespace: string;
  print?: boolean;
  json?: boolean;
}

/** Programs that show an address in the person's browser, by platform. */
const BROWSERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  // The title of the window comes first, or `start` takes a quoted address for it.
  win32: ['cmd', '/c', 'start', ''],
};
const OTHER_BROWSER = ['xdg-open'] as const;

/** `open`: Temporal's web UI, at a message. */
export function addOpenCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('open')
    .summary("open Temporal's web UI at a message")
    .description(
      "Opens Temporal's web UI at the workflow of a message, or at the list of messages. Where no browser can be " +
        'opened, the address is printed.',
    )
    .argument('[id]', 'message id')
    .option('--ui <url>', "address of Temporal's web UI (default: TEMPORAL_UI_URL, or that of the stack here)")
    .addOption(new Option('--namespace <name>', "Temporal's namespace").env('TEMPORAL_NAMESPACE').default('default'))
    .option('--print', 'print the address and open nothing')
    .option('--json', 'the address as one line of JSON; opens nothing');
  addTargetOptions(command)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch open welcome-017\n  temporal-sinch open --print\n${TARGET_HELP}`,
    )
    .action(async (messageId: string | undefined, options: OpenOptions) => {
      const ui = await uiOf(options, context);
      const address =
        messageId === undefined ? listAddress(ui, options) : await addressOf(ui, messageId, options, context);
      if (options.json) return printJson(context, { url: address });
      print(context, address);
      if (options.print || (await openBrowser(address))) return;
      note(context, 'No browser could be opened here: open the address in one.');
    });
}

/** @throws CommandError where nobody tells the address */
async function uiOf({ ui, dataDir }: OpenOptions, { env }: CommandContext): Promise<string> {
  const found = ui ?? (env['TEMPORAL_UI_URL'] || (await readStackFile(dataDir))?.temporalUi);
  if (found === undefined) {
    throw new CommandError(
      'no_temporal_ui',
      "Where Temporal's web UI is, is not known: give its address with --ui or in TEMPORAL_UI_URL.",
    );
  }
  if (URL.canParse(found) && ['http:', 'https:'].includes(new URL(found).protocol)) return found.replace(/\/+$/, '');
  throw new CommandError('url_invalid', `The address of Temporal's web UI is no http or https address: ${found}`, {
    exitCode: EXIT.usage,
  });
}

async function addressOf(
  ui: string,
  messageId: string,
  options: OpenOptions,
  context: CommandContext,
): Promise<string> {
  const target = await resolveTarget(options, context.env);
  const { workflowId } = await createApiClient(target).get<MessageView>(messagePath(messageId));
  if (workflowId === undefined) {
    throw new CommandError(
      'no_workflow',
      `Message ${messageId} has no workflow, since nothing was to be sent. Why: temporal-sinch message ${messageId}`,
    );
  }
  return `${namespaceAddress(ui, options)}/${encodeURIComponent(workflowId)}`;
}

function listAddress(ui: string, options: OpenOptions): string {
  const query = new URLSearchParams({ query: '`WorkflowType`="sendMessage"' });
  return `${namespaceAddress(ui, options)}?${query.toString()}`;
}

function namespaceAddress(ui: string, { namespace }: OpenOptions): string {
  return `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows`;
}

/** @returns whether a program took the address */
async function openBrowser(address: string): Promise<boolean> {
  const [program, ...args] = BROWSERS[process.platform] ?? OTHER_BROWSER;
  const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true });
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code === 0;
  } catch {
    // There is no such program.
    return false;
  }
}
