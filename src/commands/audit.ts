import type { Command } from 'commander';
import type { AuditEntryView } from '../settings/index.ts';
import { createApiClient } from './api-client.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { wholeNumber } from './option-values.ts';
import { tableLines } from './table.ts';
import type { Column } from './text-table.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';
import { utcTime } from './utc-time.ts';

const DEFAULT_LIMIT = 50;

/** Longer values are cut: the whole of them is in the JSON. */
const LONGEST_VALUE = 60;

const COLUMNS: readonly Column<AuditEntryView>[] = [
  { title: 'when', cell: ({ at }) => utcTime(at) },
  { title: 'who', cell: ({ actor }) => actor },
  { title: 'what', cell: ({ action }) => action },
  { title: 'of', cell: ({ subject }) => subject },
  { title: 'change', cell: changeOf },
];

/** `audit`: who changed what in the settings. */
export function addAuditCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('audit')
    .summary('who changed what in the settings')
    .description('Lists the changes of settings, the latest first, without secrets. Needs a key with the role admin.')
    .option('--limit <n>', 'most changes to list', wholeNumber(1, 1000), DEFAULT_LIMIT)
    .option('--cursor <cursor>', 'goes on where a list before ended')
    .option('--json', 'the answer as one line of JSON, with the cursor of the next page');
  addTargetOptions(command)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch audit\n  temporal-sinch audit --limit 200 --json\n${TARGET_HELP}`,
    )
    .action(async (options: TargetOptions & { limit: number; cursor?: string; json?: boolean }) => {
      const api = createApiClient(await resolveTarget(options, context.env));
      const { limit, cursor } = options;
      const page = await api.get<{ entries: AuditEntryView[]; nextCursor?: string }>('/audit', {
        limit: String(limit),
        cursor,
      });
      if (options.json) return printJson(context, page);
      if (page.entries.length === 0) return print(context, 'There are no changes.');
      for (const line of tableLines(COLUMNS, page.entries)) print(context, line);
      if (page.nextCursor !== undefined) {
        note(context, `There are more: temporal-sinch audit --limit ${limit} --cursor ${page.nextCursor}`);
      }
    });
}

/** `messagesPerSecond: 30 → 50, name: …` */
function changeOf({ before, after }: AuditEntryView): string {
  const was = membersOf(before);
  const is = membersOf(after);
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((name) => {
      if (!(name in was)) return `${name}: ${shortOf(is[name])}`;
      return `${name}: ${shortOf(was[name])} → ${name in is ? shortOf(is[name]) : 'none'}`;
    })
    .join(', ');
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function shortOf(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}
