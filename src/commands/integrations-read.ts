import type { Command } from 'commander';
import type { IntegrationAnswer } from '../http/index.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { type CommandContext, print, printJson } from './context.ts';
import { integrationLines, integrationTable } from './integration-lines.ts';
import { allPages } from './pages.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

type Options = TargetOptions & { json?: boolean };

interface IntegrationsPage {
  integrations: IntegrationAnswer[];
  nextCursor?: string;
}

/** All integrations of the project. */
export function listIntegrations(api: ApiClient): Promise<IntegrationAnswer[]> {
  return allPages(async (query) => {
    const { integrations: items, ...rest } = await api.get<IntegrationsPage>('/integrations', query);
    return { items, ...rest };
  });
}

/** `integrations list` and `integrations show`. */
export function addIntegrationsReadCommands(integrations: Command, context: CommandContext): void {
  const list = integrations
    .command('list')
    .summary('list the integrations')
    .description(
      "Lists the project's integrations with their throughput and that of their plan's queue. An asterisk marks the " +
        'default SMS provider.',
    )
    .option('--json', 'the answer as one line of JSON');
  addTargetOptions(list)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch integrations list\n  temporal-sinch integrations list --json\n${TARGET_HELP}`,
    )
    .action(async (options: Options) => {
      const target = await resolveTarget(options, context.env);
      const found = await listIntegrations(createApiClient(target));
      if (options.json) return printJson(context, { integrations: found });
      if (found.length === 0) {
        print(context, `Project ${target.projectId} has no integration: add one with temporal-sinch integrations add`);
      } else for (const line of integrationTable(found)) print(context, line);
    });

  const show = integrations
    .command('show')
    .summary('show an integration, with its callback URL')
    .description('Shows an integration, with its callback URL for copying. Tokens are never shown.')
    .argument('<id>', 'integration id')
    .option('--json', 'the answer as one line of JSON');
  addTargetOptions(show)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch integrations show sinch-eu\n  temporal-sinch integrations show sinch-eu --json\n${TARGET_HELP}`,
    )
    .action(async (id: string, options: Options) => {
      const target = await resolveTarget(options, context.env);
      const view = await createApiClient(target).get<IntegrationAnswer>(`/integrations/${encodeURIComponent(id)}`);
      if (options.json) return printJson(context, view);
      for (const line of integrationLines(view)) print(context, line);
    });
}
