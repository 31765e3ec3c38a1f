import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { ulid } from 'ulid';
import { WAITING_PHASES } from '../contract/message-outcome.ts';
import type { MessageView } from '../http/index.ts';
import type { IntakeAnswer } from '../intake/index.ts';
import { type ApiClient, ApiError, createApiClient, messagePath } from './api-client.ts';
import { CommandError } from './command-error.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { positiveNumber, wholeNumber } from './option-values.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';
import { utcTime } from './utc-time.ts';

const DEFAULT_WAIT_SECONDS = 60;
const POLL_MS = 300;

interface SendOptions extends TargetOptions {
  to: string;
  text?: string;
  mediaUrl?: string;
  subject?: string;
  sender?: string;
  integration?: string;
  id?: string;
  campaign?: string;
  priority?: number;
  onUnknownOutcome?: 'resend' | 'hold';
  wait?: boolean | number;
  json?: boolean;
}

/** `send`: one message, through the HTTP API of a running stack. */
export function addSendCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('send')
    .summary('send one message')
    .description('Sends one SMS, or one MMS where --media-url is given, through a running stack.')
    .requiredOption('--to <number>', 'recipient in international form: +44…, 44… or 0044…')
    .option('--text <text>', 'what the message says')
    .option('--media-url <url>', 'picture, sound or film of an MMS')
    .option('--subject <text>', 'subject of an MMS')
    .option('--sender <sender>', "what the handset shows (default: the project's default sender)")
    .option('--integration <id>', "integration to send through (default: the project's)")
    .option('--id <id>', 'message id: sending it again under the same id sends nothing (default: a new ULID)')
    .option('--campaign <id>', 'campaign that the message counts for')
    .option('--priority <n>', 'from 1, a one-time password, to 5, bulk (default: 3)', wholeNumber(1, 5))
    .addOption(
      new Option(
        '--on-unknown-outcome <policy>',
        'where Sinch gave no clear answer and does not show the message: send it again, or never (default: resend for priority 1 and 2)',
      ).choices(['resend', 'hold']),
    )
    .option(
      '--wait [seconds]',
      `wait for its end, at most so long (${DEFAULT_WAIT_SECONDS} unless told); exit code 1 unless it was delivered`,
      positiveNumber,
    )
    .option('--json', 'the answer as one line of JSON');
  addTargetOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  temporal-sinch send --to +33639980001 --text "Hello" --wait
  temporal-sinch send --to +12025550123 --media-url https://example.com/hat.jpg --subject "New hats"
  temporal-sinch send --to +33639989901 --text "Hello"    (to the simulator: it fails, see temporal-sinch simulator --help)
${TARGET_HELP}`,
    )
    .action(async (options: SendOptions) => {
      if (options.text === undefined && options.mediaUrl === undefined) {
        throw new CommandError('nothing_to_send', 'There is nothing to send: give --text, or --media-url for an MMS.', {
          exitCode: 2,
        });
      }
      const target = await resolveTarget(options, context.env);
      const api = createApiClient(target);
      const messageId = options.id ?? ulid();
      // An id that was made up here names no message before.
      const before = options.id === undefined ? undefined : await findMessage(api, messageId);
      const answer = await api.post<IntakeAnswer>('/messages', bodyOf(messageId, options));
      if (!answer.success) throw refusal(messageId, answer);
      const taken = before
        ? `Message ${messageId} was requested before, at ${utcTime(before.requestedAt)}, so nothing is sent again. ${before.explanation}`
        : `Message ${messageId} was taken and waits to be sent.`;
      if (options.wait === undefined || options.wait === false) {
        if (options.json) return printJson(context, answer);
        print(context, taken);
        print(context, `${before && hasEnded(before) ? 'See' : 'Follow'} it with: temporal-sinch message ${messageId}`);
        return;
      }
      if (!options.json) note(context, taken);
      const limit = options.wait === true ? DEFAULT_WAIT_SECONDS : options.wait;
      const view = await untilEnded(api, messageId, limit, (explanation) => {
        if (!options.json) note(context, explanation);
      });
      const told = `Message ${messageId}: ${view.status}. ${view.explanation}`;
      if (options.json) printJson(context, view);
      else print(context, told);
      if (view.status !== 'delivered') throw new CommandError('not_delivered', told, { isShown: true });
    });
}

/** A message as it stands; `undefined` where there is none of this id. */
async function findMessage(api: ApiClient, messageId: string): Promise<MessageView | undefined> {
  try {
    return await api.get<MessageView>(messagePath(messageId));
  } catch (error) {
    if (error instanceof ApiError && error.status === 404 && error.code === 'unknown_message') return undefined;
    throw error;
  }
}

/** Whether nothing more comes of a message. */
export function hasEnded({ status, brokenOff }: Pick<MessageView, 'status' | 'brokenOff'>): boolean {
  return brokenOff !== undefined || !WAITING_PHASES.has(status);
}

function bodyOf(messageId: string, options: SendOptions): Record<string, unknown> {
  const { to, text, mediaUrl, subject, sender, integration, campaign, priority, onUnknownOutcome } = options;
  const body = {
    messageId,
    recipient: to,
    text,
    mediaUrl,
    subject,
    sender,
    priority,
    onUnknownOutcome,
    integrationId: integration,
    campaignId: campaign,
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

async function untilEnded(
  api: ApiClient,
  messageId: string,
  limitSeconds: number,
  tell: (explanation: string) => void,
): Promise<MessageView> {
  const deadline = Date.now() + limitSeconds * 1000;
  let told: string | undefined;
  for (;;) {
    const view = await api.get<MessageView>(messagePath(messageId));
    if (hasEnded(view)) return view;
    if (view.status !== told) tell(view.explanation);
    told = view.status;
    if (Date.now() >= deadline) {
      throw new CommandError(
        'still_waiting',
        `Message ${messageId} has not ended within ${limitSeconds} s, and goes on: ${view.explanation} ` +
          `See it later with: temporal-sinch message ${messageId}`,
      );
    }
    await delay(POLL_MS);
  }
}

function refusal(messageId: string, answer: Extract<IntakeAnswer, { success: false }>): CommandError {
  const reasons = answer.errors.map(({ field, message }) => (field === undefined ? message : `${field}: ${message}`));
  const what = { skipped: 'was skipped', enqueue_failed: 'cannot be sent', refused: 'was refused' }[answer.status];
  return new CommandError(
    answer.errors[0]?.code ?? answer.status,
    `Message ${messageId} ${what}: ${reasons.join('; ')}.`,
  );
}
