import { type Command, Option } from 'commander';
import { countryName } from '../contract/country-name.ts';
import { LISTED_STATUSES, type MessageListView } from '../http/index.ts';
import { createApiClient } from './api-client.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { wholeNumber } from './option-values.ts';
import { openPrompter } from './prompter.ts';
import { readSecret, type SecretInput } from './secret-input.ts';
import { tableLines } from './table.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';
import type { Column } from './text-table.ts';
import { timeAgo } from './time-ago.ts';
import { utcTime } from './utc-time.ts';

const DEFAULT_LIMIT = 50;

/** Longer than anything is kept. */
const MOST_DAYS_BACK = 36_500;

/** Kept like a secret: a number on the command line stays in the shell's history. */
const RECIPIENT: SecretInput = {
  name: 'phone number of the recipient',
  variable: 'SEARCH_RECIPIENT',
  stdinOption: '--recipient-stdin',
};

interface MessagesOptions extends TargetOptions {
  status?: string;
  recipient?: string | true;
  recipientStdin?: boolean;
  since?: string;
  until?: string;
  campaign?: string;
  integration?: string;
  limit: number;
  cursor?: string;
  json?: boolean;
}

type Message = MessageListView['messages'][number];

const COLUMNS: readonly Column<Message>[] = [
  { title: 'requested', cell: ({ requestedAt }) => utcTime(requestedAt) },
  { title: 'message', cell: ({ messageId }) => messageId },
  { title: 'status', cell: ({ status }) => status.replaceAll('_', ' ') },
  {
    title: 'recipient',
    cell: ({ recipient, erasedAt }) => recipient ?? (erasedAt === undefined ? '' : 'erased'),
  },
  { title: 'country', cell: ({ country }) => (country === undefined ? '' : countryName(country)) },
  { title: 'integration', cell: ({ integrationId }) => integrationId ?? '' },
  { title: 'campaign', cell: ({ campaignId }) => campaignId ?? '' },
];

/** `messages`: what was asked for, narrowed to what somebody looks for. */
export function addMessagesCommand(program: Command, context: CommandContext): void {
  const ago = (value: string): string => timeAgo(value, { mostDays: MOST_DAYS_BACK });
  const command = program
    .command('messages')
    .summary('messages by status, recipient, time, campaign')
    .description(
      'Lists the messages that were requested, the latest first, with what is recorded of each. Numbers are masked. A ' +
        'message of unknown outcome is among those that wait to be sent; see held-messages.',
    )
    .addOption(new Option('--status <status>', 'only those with this status').choices(LISTED_STATUSES))
    .option('--recipient [number]', 'only those to this number, in any spelling; asked for where it is not given')
    .option('--recipient-stdin', 'take the number from standard input')
    .option('--since <time>', 'requested since: so long ago (30m, 2h, 3d), or a time with its offset', ago)
    .option('--until <time>', 'requested before, in the same forms', ago)
    .option('--campaign <id>', 'only those of this campaign')
    .option('--integration <id>', 'only those of this integration')
    .option('--limit <n>', 'most messages to list', wholeNumber(1, 1000), DEFAULT_LIMIT)
    .option('--cursor <cursor>', 'goes on where a list before ended')
    .option('--json', 'the answer as one line of JSON, with the cursor of the next page');
  addTargetOptions(command)
    .addHelpText(
      'after',
      `
A number on the command line stays in the shell's history: give --recipient without one to be asked, or pipe it in.

Environment:
  SEARCH_RECIPIENT   the number, where --recipient is given without one

Examples:
  temporal-sinch messages
  temporal-sinch messages --status failed --since 2h
  temporal-sinch messages --recipient
  temporal-sinch messages --recipient "+33 6 39 98 00 01" --since 3d
  temporal-sinch messages --recipient-stdin --json < number.txt
${TARGET_HELP}`,
    )
    .action(async (options: MessagesOptions) => {
      const { limit, cursor } = options;
      const target = await resolveTarget(options, context.env);
      const recipient = await recipientOf(context, options);
      const api = createApiClient(target);
      const filters = {
        status: options.status,
        campaignId: options.campaign,
        integrationId: options.integration,
        requestedSince: options.since,
        requestedUntil: options.until,
        cursor,
      };
      const page =
        recipient === undefined
          ? await api.get<MessageListView>('/messages', { ...filters, limit: String(limit) })
          : await api.post<MessageListView>('/messages/search', { ...filters, limit, recipient });
      if (options.json) return printJson(context, page);
      if (page.messages.length === 0) return print(context, 'No message is so.');
      for (const line of tableLines(COLUMNS, page.messages)) print(context, line);
      if (page.nextCursor !== undefined) {
        // Not the whole command: it may have the number in it.
        note(context, `There are more: the same command with --cursor ${page.nextCursor}`);
      }
    });
}

async function recipientOf(
  context: CommandContext,
  { recipient, recipientStdin = false }: MessagesOptions,
): Promise<string | undefined> {
  if (typeof recipient === 'string' && recipientStdin) {
    throw new CommandError('options_conflict', '--recipient does not go with --recipient-stdin.', {
      exitCode: EXIT.usage,
    });
  }
  if (typeof recipient === 'string') return recipient;
  if (recipient === undefined && !recipientStdin) return undefined;
  using prompter = openPrompter(context);
  return readSecret(context, prompter, RECIPIENT, recipientStdin);
}
