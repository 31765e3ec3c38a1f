import type { Command } from 'commander';
import type { LateReportListView, UnmatchedReportListView } from '../http/index.ts';
import { createApiClient } from './api-client.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { wholeNumber } from './option-values.ts';
import { tableLines } from './table.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';
import type { Column } from './text-table.ts';
import { utcTime } from './utc-time.ts';

const DEFAULT_LIMIT = 50;

type LateReport = LateReportListView['lateReports'][number];
type UnmatchedReport = UnmatchedReportListView['unmatchedReports'][number];

const LATE: readonly Column<LateReport>[] = [
  { title: 'received', cell: ({ receivedAt }) => utcTime(receivedAt) },
  { title: 'times', cell: timesOf, align: 'right' },
  { title: 'message', cell: ({ messageId }) => messageId },
  { title: 'status', cell: ({ status }) => status },
  { title: 'code', cell: ({ statusCode }) => String(statusCode ?? ''), align: 'right' },
  { title: 'why late', cell: ({ reason }) => (reason === 'after_end' ? 'the message had ended' : 'it contradicts') },
  { title: 'integration', cell: ({ integrationId }) => integrationId },
];

const REASONS: Readonly<Record<UnmatchedReport['reason'], string>> = {
  unknown_message: 'Temporal does not know the message',
  foreign_reference: 'not of this project',
  no_reference: 'without a reference',
  inbound: 'a message from a handset',
  unreadable: 'not readable',
};

const UNMATCHED: readonly Column<UnmatchedReport>[] = [
  { title: 'received', cell: ({ receivedAt }) => utcTime(receivedAt) },
  { title: 'times', cell: timesOf, align: 'right' },
  { title: 'integration', cell: ({ integrationId }) => integrationId },
  { title: 'why', cell: ({ reason, why }) => (why === undefined ? REASONS[reason] : `${REASONS[reason]}: ${why}`) },
  { title: 'reference', cell: ({ reference }) => reference ?? '' },
];

/** `late-reports`: what came after a message had its outcome. */
export function addLateReportsCommand(program: Command, context: CommandContext): void {
  addListCommand<LateReport>(program, context, {
    name: 'late-reports',
    summary: 'delivery reports that came too late to count',
    description:
      'Lists delivery reports that came after their message had ended, or that contradict what was recorded, the latest ' +
      'first. They change nothing.',
    path: '/late-reports',
    list: 'lateReports',
    columns: LATE,
    none: 'No report came too late.',
  });
}

/** `unmatched-reports`: what belongs to no message. */
export function addUnmatchedReportsCommand(program: Command, context: CommandContext): void {
  addListCommand<UnmatchedReport>(program, context, {
    name: 'unmatched-reports',
    summary: 'callbacks of Sinch that belong to no message, or could not be read',
    description:
      "Lists callbacks to the project's integrations that proved where they come from and reached no message, the latest " +
      'first. Their bodies are kept, encrypted, and not shown.',
    path: '/unmatched-reports',
    list: 'unmatchedReports',
    columns: UNMATCHED,
    none: 'Every callback found its message.',
  });
}

interface ListCommand<Item> {
  name: string;
  summary: string;
  description: string;
  path: string;
  /** The list's name in the answer. */
  list: string;
  columns: readonly Column<Item>[];
  /** What is printed for an empty list. */
  none: string;
}

function addListCommand<Item>(program: Command, context: CommandContext, list: ListCommand<Item>): void {
  const { name } = list;
  const command = program
    .command(name)
    .summary(list.summary)
    .description(list.description)
    .option('--limit <n>', 'most of them to list', wholeNumber(1, 1000), DEFAULT_LIMIT)
    .option('--cursor <cursor>', 'goes on where a list before ended')
    .option('--json', 'the answer as one line of JSON, with the cursor of the next page');
  addTargetOptions(command)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch ${name}\n  temporal-sinch ${name} --limit 200 --json\n${TARGET_HELP}`,
    )
    .action(async (options: TargetOptions & { limit: number; cursor?: string; json?: boolean }) => {
      const api = createApiClient(await resolveTarget(options, context.env));
      const { limit, cursor } = options;
      const page = await api.get<Record<string, Item[]> & { nextCursor?: string }>(list.path, {
        limit: String(limit),
        cursor,
      });
      if (options.json) return printJson(context, page);
      const items = page[list.list] ?? [];
      if (items.length === 0) return print(context, list.none);
      for (const line of tableLines(list.columns, items)) print(context, line);
      if (page.nextCursor !== undefined) {
        note(context, `There are more: temporal-sinch ${name} --limit ${limit} --cursor ${page.nextCursor}`);
      }
    });
}

function timesOf({ timesReceived }: { timesReceived: number }): string {
  return String(timesReceived);
}
