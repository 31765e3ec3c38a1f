import type { Command } from 'commander';
import type { SenderView } from '../settings/index.ts';
import { createApiClient } from './api-client.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { tableLines } from './table.ts';
import type { Column } from './text-table.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';
import { utcTime } from './utc-time.ts';

type Options = TargetOptions & { json?: boolean; default?: boolean };

const KINDS: Readonly<Record<SenderView['kind'], string>> = {
  number: 'number',
  short_code: 'short code',
  alphanumeric: 'name',
};

const COLUMNS: readonly Column<SenderView>[] = [
  { title: 'default', cell: ({ isDefault }) => (isDefault ? '*' : '') },
  { title: 'sender', cell: ({ sender }) => sender },
  { title: 'kind', cell: ({ kind }) => KINDS[kind] },
  { title: 'added', cell: ({ createdAt }) => utcTime(createdAt) },
  { title: 'note', cell: ({ warning = '' }) => warning },
];

/** `senders`: what handsets may show as the sender. */
export function addSendersCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('senders')
    .summary('predefined senders: list, add, remove')
    .description(
      'Predefined senders of a project, at most 100: names with a letter and of at most 11 characters, short codes, and ' +
        'numbers in international form. Needs a key with the role admin.',
    )
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch senders list --json\n  temporal-sinch senders add Shop --default\n${TARGET_HELP}`,
    );

  const list = command
    .command('list')
    .summary('list the senders')
    .description('Lists the predefined senders. An asterisk marks the default one.')
    .option('--json', 'the answer as one line of JSON');
  addTargetOptions(list)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch senders list\n  temporal-sinch senders list --json\n${TARGET_HELP}`,
    )
    .action(async (options: Options) => {
      const target = await resolveTarget(options, context.env);
      const answer = await createApiClient(target).get<{ senders: SenderView[] }>('/senders');
      if (options.json) return printJson(context, answer);
      if (answer.senders.length === 0) {
        print(context, `Project ${target.projectId} has no sender: add one with temporal-sinch senders add`);
      } else for (const line of tableLines(COLUMNS, answer.senders)) print(context, line);
    });

  const add = command
    .command('add')
    .summary('add a sender')
    .description('Adds a predefined sender, and says where it is known not to work.')
    .argument('<sender>', 'name, short code or number')
    .option('--default', 'make it the default sender')
    .option('--json', 'the sender as one line of JSON');
  addTargetOptions(add)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch senders add Shop --default\n  temporal-sinch senders add +447400123456 --json\n${TARGET_HELP}`,
    )
    .action(async (sender: string, options: Options) => {
      const api = createApiClient(await resolveTarget(options, context.env));
      const added = await api.post<SenderView>('/senders', { sender });
      if (options.default) await api.patch('/settings', { defaultSender: added.sender });
      const isDefault = options.default === true || added.isDefault;
      if (options.json) return printJson(context, { ...added, isDefault });
      print(context, `Sender ${added.sender} is predefined${isDefault ? ', and the default one' : ''}.`);
      if (added.warning !== undefined) note(context, `${added.warning}.`);
    });

  const remove = command
    .command('remove')
    .summary('remove a sender')
    .description('Removes a predefined sender. The default one cannot be removed.')
    .argument('<sender>', 'as it is listed')
    .option('--json', 'what was removed as one line of JSON');
  addTargetOptions(remove)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch senders remove Shop\n  temporal-sinch senders remove Shop --json\n${TARGET_HELP}`,
    )
    .action(async (sender: string, options: Options) => {
      const api = createApiClient(await resolveTarget(options, context.env));
      await api.delete(`/senders/${encodeURIComponent(sender)}`);
      if (options.json) return printJson(context, { removed: sender });
      print(context, `Sender ${sender} was removed.`);
    });
}
