import type { Command } from 'commander';
import type { IntegrationView, ProjectView } from '../settings/index.ts';
import { createApiClient } from './api-client.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { destinationWarnings } from './where-messages-go.ts';
import { confirmOrStop, openPrompter } from './prompter.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

type Options = TargetOptions & { json?: boolean; yes?: boolean };

const STATES = [
  {
    name: 'disable',
    summary: 'take no new messages, and send none that wait',
    description:
      'New messages are refused; those that wait stay until it is enabled again, or they expire. The default SMS ' +
      'provider cannot be disabled: make another integration the default first.',
    done: 'is disabled: it takes no messages, and those that wait stay until it is enabled or they expire.',
  },
  {
    name: 'enable',
    summary: 'take and send messages again',
    description: 'Takes messages again, and sends those that wait.',
    done: 'is enabled: it takes messages, and sends those that wait.',
  },
  {
    name: 'archive',
    summary: 'take it out of use for good',
    description:
      'Takes an integration out of use for good; reports are still taken while any may come, and then its credentials ' +
      'are removed. Refused for the default SMS provider, and while messages wait. Asks first.',
    done: 'is archived: it is out of use for good. Reports are still taken while any may come.',
  },
] as const;

/** `integrations default`, `disable`, `enable` and `archive`. */
export function addIntegrationsStateCommands(integrations: Command, context: CommandContext): void {
  const makeDefault = integrations
    .command('default')
    .summary("make it the project's default SMS provider")
    .description(
      'Makes an integration the default SMS provider: every message uses it unless its request names another.',
    )
    .argument('<id>', 'integration id')
    .option('--json', "the project's settings as one line of JSON");
  addTargetOptions(makeDefault)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch integrations default sinch-eu\n  temporal-sinch integrations default sinch-eu --json\n${TARGET_HELP}`,
    )
    .action(async (id: string, options: Options) => {
      const target = await resolveTarget(options, context.env);
      const api = createApiClient(target);
      const settings = await api.patch<ProjectView>('/settings', { defaultIntegrationId: id });
      const integration = await api.get<IntegrationView>(`/integrations/${encodeURIComponent(id)}`);
      for (const line of destinationWarnings(integration, true)) note(context, line);
      if (options.json) return printJson(context, settings);
      print(context, `Integration ${id} is the default SMS provider of project ${target.projectId} now.`);
    });

  for (const { name, summary, description, done } of STATES) {
    const command = integrations
      .command(name)
      .summary(summary)
      .description(description)
      .argument('<id>', 'integration id')
      .option('--json', 'the integration as one line of JSON');
    if (name === 'archive') command.option('--yes', 'do not ask');
    addTargetOptions(command)
      .addHelpText(
        'after',
        `\nExamples:\n  temporal-sinch integrations ${name} sinch-eu\n  temporal-sinch integrations ${name} sinch-eu --json\n${TARGET_HELP}`,
      )
      .action(async (id: string, options: Options) => {
        const target = await resolveTarget(options, context.env);
        if (name === 'archive') {
          using prompter = openPrompter(context);
          await confirmOrStop(prompter, `Archive integration ${id} for good?`, options.yes);
        }
        const path = `/integrations/${encodeURIComponent(id)}/${name}`;
        const view = await createApiClient(target).post<IntegrationView>(path);
        if (options.json) return printJson(context, view);
        print(context, `Integration ${id} ${done}`);
      });
  }
}
