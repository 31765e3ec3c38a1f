import type { Command } from 'commander';
import type { ProjectView } from '../settings/index.ts';
import { createApiClient } from './api-client.ts';
import { type CommandContext, print, printJson } from './context.ts';
import { settingsLines } from './settings-lines.ts';
import { addSettingsChangeCommand } from './settings-change.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

/** `settings`: what holds for every message of a project. */
export function addSettingsCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('settings')
    .summary('what holds for every message of a project: show, change')
    .description(
      'What holds for every message of a project: default SMS provider, default sender, name of the campaign event, how ' +
        'long reports are waited for. Needs a key with the role admin.',
    )
    .addHelpText(
      'after',
      `
Examples:
  temporal-sinch settings show --json
  temporal-sinch settings change --default-sender Shop
${TARGET_HELP}`,
    );
  const show = command
    .command('show')
    .summary('show the settings')
    .description('Shows what holds for every message of the project.')
    .option('--json', 'the answer as one line of JSON');
  addTargetOptions(show)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch settings show\n  temporal-sinch settings show --json\n${TARGET_HELP}`,
    )
    .action(async (options: TargetOptions & { json?: boolean }) => {
      const target = await resolveTarget(options, context.env);
      const view = await createApiClient(target).get<ProjectView>('/settings');
      if (options.json) return printJson(context, view);
      for (const line of settingsLines(view)) print(context, line);
    });
  addSettingsChangeCommand(command, context);
}
