import type { Command } from 'commander';
import type { ConnectionTest } from '../sinch/index.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { CommandError } from './command-error.ts';
import { type CommandContext, print, printJson } from './context.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

/** The server waits for Sinch, and for each of its regions where the first one says no. */
const DEADLINE_MS = 15_000;

/** `integrations test`: does Sinch take plan, token and region? */
export function addIntegrationsTestCommand(integrations: Command, context: CommandContext): void {
  const command = integrations
    .command('test')
    .summary('ask Sinch whether it takes plan, token and region')
    .description(
      'Asks Sinch whether it takes plan, token and region; nothing is sent. Says in words what is wrong. Ends with exit ' +
        'code 1 unless all is well.',
    )
    .argument('<id>', 'integration id')
    .option('--json', 'the answer as one line of JSON');
  addTargetOptions(command)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch integrations test sinch-eu\n  temporal-sinch integrations test sinch-eu --json\n${TARGET_HELP}`,
    )
    .action(async (id: string, options: TargetOptions & { json?: boolean }) => {
      const result = await askSinch(createApiClient(await resolveTarget(options, context.env)), id);
      if (options.json) printJson(context, result);
      else print(context, result.explanation);
      if (!result.ok) throw new CommandError(result.verdict, result.explanation, { isShown: true });
    });
}

/** What a test of the connection finds. */
export async function askSinch(api: ApiClient, integrationId: string): Promise<ConnectionTest> {
  return api.post<ConnectionTest>(`/integrations/${encodeURIComponent(integrationId)}/test`, undefined, DEADLINE_MS);
}
