import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { MessageView } from '../http/index.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { CommandError } from './command-error.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { hasEnded } from './send.ts';
import { plainText } from './table.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

/** How long the message is looked at until it shows what became of the cancellation, in milliseconds. */
const PATIENCE_MS = 10_000;
const POLL_MS = 250;

interface Answer {
  messageId: string;
  cancellation: 'requested' | 'too_late';
  explanation: string;
}

/** What became of a cancellation. */
type Result =
  /** Nothing was sent, and nothing will be. */
  | 'cancelled'
  /** Sinch has it, and is asked to cancel it: its report decides. */
  | 'asked_sinch'
  /** Asked for; the message has not said yet what it makes of it. */
  | 'requested'
  /** It had ended before. */
  | 'too_late';

/** `cancel`: a message that is not to be sent after all. */
export function addCancelCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('cancel')
    .summary('cancel a message, and tell what became of it')
    .description(
      'Cancels a message: what is not sent yet is not sent; what Sinch has, Sinch is asked to cancel, and the delivery ' +
        'report decides. Needs a key with the role sender. Ends with exit code 1 where it was too late.',
    )
    .argument('<id>', 'message id')
    .option('--json', 'what became of it as one line of JSON');
  addTargetOptions(command)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch cancel welcome-017\n  temporal-sinch cancel welcome-017 --json\n${TARGET_HELP}`,
    )
    .action(async (messageId: string, options: TargetOptions & { json?: boolean }) => {
      const api = createApiClient(await resolveTarget(options, context.env));
      const path = `/messages/${encodeURIComponent(messageId)}`;
      const answer = await api.post<Answer>(`${path}/cancel`);
      const view =
        answer.cancellation === 'requested' ? await untilSettled(api, path) : await api.get<MessageView>(path);
      const result = resultOf(answer, view);
      const told = plainText(sentenceOf(messageId, result, view));
      if (options.json) {
        printJson(context, { messageId, cancellation: result, status: view.status, explanation: view.explanation });
      } else (result === 'too_late' ? note : print)(context, told);
      if (result === 'too_late') throw new CommandError('too_late', told, { isShown: true });
    });
}

/** The message decides by itself, a moment later. */
async function untilSettled(api: ApiClient, path: string): Promise<MessageView> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const view = await api.get<MessageView>(path);
    const isSettled = hasEnded(view) || (view.status === 'accepted' && view.cancelRequested === true);
    if (isSettled || Date.now() >= deadline) return view;
    await delay(POLL_MS);
  }
}

function resultOf({ cancellation }: Answer, view: MessageView): Result {
  if (cancellation === 'too_late') return view.status === 'skipped' ? 'cancelled' : 'too_late';
  if (view.status === 'skipped') return 'cancelled';
  if (hasEnded(view)) return 'too_late';
  return view.status === 'accepted' ? 'asked_sinch' : 'requested';
}

function sentenceOf(messageId: string, result: Result, { explanation, status }: MessageView): string {
  switch (result) {
    case 'cancelled':
      return `Message ${messageId} is not sent, and will not be. ${explanation}`;
    case 'asked_sinch':
      return (
        `Message ${messageId} was with Sinch already, which is asked to cancel it. Whether that came in time, the delivery ` +
        `report tells; see it with: temporal-sinch message ${messageId}`
      );
    case 'requested':
      return (
        `Message ${messageId} is asked to be cancelled, and has not said yet what it makes of that. ${explanation} ` +
        `See it later with: temporal-sinch message ${messageId}`
      );
    case 'too_late':
      return `Message ${messageId} could not be cancelled: it had ended before, as ${status}. ${explanation}`;
  }
}
