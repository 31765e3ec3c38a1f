import type { Command } from 'commander';
import type { ExporterView } from '../settings/index.ts';
import { createApiClient } from './api-client.ts';
import { type CommandContext, print, printJson } from './context.ts';
import { counted } from './counted.ts';
import { exporterLines } from './exporter-lines.ts';
import { addExporterSetCommand } from './exporter-set.ts';
import { confirmOrStop, openPrompter } from './prompter.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

type Options = TargetOptions & { json?: boolean; yes?: boolean };

/** `exporter`: where a project's campaign events leave to. */
export function addExporterCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('exporter')
    .summary('where campaign events leave to: show, set, remove, retry')
    .description(
      "Where a project's campaign events leave to: the tracking API of the engagement platform. Needs a key with the " +
        'role admin.',
    )
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch exporter set\n  temporal-sinch exporter show --json\n  temporal-sinch exporter retry\n${TARGET_HELP}`,
    );

  const show = command
    .command('show')
    .summary('show where events leave to, without the secret')
    .description('Shows where campaign events leave to, without the secret.')
    .option('--json', 'the answer as one line of JSON');
  addTargetOptions(show)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch exporter show\n  temporal-sinch exporter show --json\n${TARGET_HELP}`,
    )
    .action(async (options: Options) => {
      const target = await resolveTarget(options, context.env);
      const view = await createApiClient(target).get<ExporterView>('/exporter');
      if (options.json) return printJson(context, view);
      for (const line of exporterLines(view)) print(context, line);
    });

  addExporterSetCommand(command, context);

  const remove = command
    .command('remove')
    .summary('let no events leave any more')
    .description(
      'Lets no campaign events leave any more and forgets the secret. Events of the time without exporter do not leave ' +
        'later; to pause, use `exporter set --enabled off`. Asks first.',
    )
    .option('--yes', 'do not ask')
    .option('--json', 'what was done as one line of JSON');
  addTargetOptions(remove)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch exporter remove\n  temporal-sinch exporter remove --yes --json\n${TARGET_HELP}`,
    )
    .action(async (options: Options) => {
      const target = await resolveTarget(options, context.env);
      using prompter = openPrompter(context);
      await confirmOrStop(prompter, `Remove the exporter of project ${target.projectId}?`, options.yes);
      await createApiClient(target).delete('/exporter');
      if (options.json) return printJson(context, { removed: 'exporter' });
      print(context, `Campaign events of project ${target.projectId} do not leave any more.`);
    });

  const retry = command
    .command('retry')
    .summary('let events that the platform refused leave once more')
    .description('Lets campaign events that the platform refused leave once more, after what it refused was put right.')
    .option('--json', 'how many, as one line of JSON');
  addTargetOptions(retry)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch exporter retry\n  temporal-sinch exporter retry --json\n${TARGET_HELP}`,
    )
    .action(async (options: Options) => {
      const target = await resolveTarget(options, context.env);
      const answer = await createApiClient(target).post<{ events: number }>('/exporter/retry');
      if (options.json) return printJson(context, answer);
      print(context, `${counted(answer.events, 'event')} ${answer.events === 1 ? 'leaves' : 'leave'} again.`);
    });
}
