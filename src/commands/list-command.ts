import type { Command } from 'commander';
import { createApiClient } from './api-client.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { wholeNumber } from './option-values.ts';
import { tableLines } from './table.ts';
import { addServerOptions, addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';
import type { Column } from './text-table.ts';

const DEFAULT_LIMIT = 50;

/** A command that shows one list of the API. */
interface ListCommand<Item> {
  name: string;
  /** With those above it, where it has any. */
  fullName?: string;
  /** Whether the path is below the project, or below `/v1`. @default project */
  below?: 'project' | 'deployment';
  summary: string;
  description: string;
  path: string;
  /** The list's name in the answer. */
  list: string;
  columns: readonly Column<Item>[];
  /** What is printed for an empty list. */
  none: string;
}

/** Adds a command that lists page by page. */
export function addListCommand<Item>(program: Command, context: CommandContext, list: ListCommand<Item>): void {
  const { name, fullName = name, below = 'project' } = list;
  const command = program
    .command(name)
    .summary(list.summary)
    .description(list.description)
    .option('--limit <n>', 'most of them to list', wholeNumber(1, 1000), DEFAULT_LIMIT)
    .option('--cursor <cursor>', 'goes on where a list before ended')
    .option('--json', 'the answer as one line of JSON, with the cursor of the next page');
  const addOptions = below === 'project' ? addTargetOptions : addServerOptions;
  addOptions(command)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch ${fullName}\n  temporal-sinch ${fullName} --limit 200 --json\n${TARGET_HELP}`,
    )
    .action(async (options: TargetOptions & { limit: number; cursor?: string; json?: boolean }) => {
      const api = createApiClient(await resolveTarget(options, context.env), below);
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
        note(context, `There are more: temporal-sinch ${fullName} --limit ${limit} --cursor ${page.nextCursor}`);
      }
    });
}
