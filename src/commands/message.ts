import type { Command } from 'commander';
import type { MessageView } from '../http/index.ts';
import { createApiClient, messagePath } from './api-client.ts';
import { type CommandContext, print, printJson } from './context.ts';
import { timelineLines } from './message-timeline.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

/** `message`: why has it not arrived? */
export function addMessageCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('message')
    .summary('what happened to a message, and what it waits for')
    .description('Tells what happened to a message so far, what it waits for and why. Times are UTC.')
    .argument('<id>', 'message id')
    .option('--json', 'the answer as one line of JSON');
  addTargetOptions(command)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch message welcome-017\n  temporal-sinch message welcome-017 --json\n${TARGET_HELP}`,
    )
    .action(async (messageId: string, options: TargetOptions & { json?: boolean }) => {
      const target = await resolveTarget(options, context.env);
      const view = await createApiClient(target).get<MessageView>(messagePath(messageId));
      if (options.json) return printJson(context, view);
      for (const line of timelineLines(view)) print(context, line);
    });
}
