import type { Command } from 'commander';
import type { Ledger } from '../events/index.ts';
import type { ExporterView } from '../settings/index.ts';
import { type ApiClient, ApiError, createApiClient, readReadiness } from './api-client.ts';
import { CommandError } from './command-error.ts';
import { type CommandContext, print, printJson } from './context.ts';
import { listIntegrations } from './integrations-read.ts';
import { type DeploymentStatus, statusLines } from './status-lines.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

/** `status`: parts, plans, holds, backlog and exporter of a project at a glance. Fails where a part cannot work. */
export function addStatusCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('status')
    .summary('parts, plans, holds, backlog and exporter at a glance')
    .description(
      'Shows at a glance whether every part works, which integrations are held and why, how many messages wait, and ' +
        'whether campaign events leave. Integrations and exporter need a key with the role admin; the rest any key. Ends ' +
        'with exit code 1 where a part cannot work.',
    )
    .option('--json', 'the answer as one line of JSON');
  addTargetOptions(command)
    .addHelpText('after', `\nExamples:\n  temporal-sinch status\n  temporal-sinch status --json\n${TARGET_HELP}`)
    .action(async (options: TargetOptions & { json?: boolean }) => {
      const target = await resolveTarget(options, context.env);
      const api = createApiClient(target);
      const [readiness, ledger, integrations, exporter] = await Promise.all([
        readReadiness(target),
        api.get<Ledger>('/ledger'),
        ifAllowed(() => listIntegrations(api)),
        ifAllowed(() => findExporter(api)),
      ]);
      const status: DeploymentStatus = { projectId: target.projectId, readiness, ledger, integrations, exporter };
      if (options.json) printJson(context, status);
      else for (const line of statusLines(status, target.url)) print(context, line);
      if (readiness.status !== 'ok') {
        throw new CommandError('part_unavailable', 'A part cannot work.', { isShown: true });
      }
    });
}

/** `forbidden` where the key's role is too low, which keeps nobody from the rest. */
async function ifAllowed<T>(ask: () => Promise<T>): Promise<T | 'forbidden'> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return 'forbidden';
    throw error;
  }
}

/** `null` where the project has none, or its settings are those of the environment, which have none. */
async function findExporter(api: ApiClient): Promise<ExporterView | null> {
  try {
    return await api.get<ExporterView>('/exporter');
  } catch (error) {
    if (error instanceof ApiError && ['unknown_exporter', 'settings_are_static'].includes(error.code)) return null;
    throw error;
  }
}
