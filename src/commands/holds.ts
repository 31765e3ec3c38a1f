import type { Command } from 'commander';
import type { HeldMessageListView, HoldListView } from '../http/index.ts';
import { createApiClient } from './api-client.ts';
import { type CommandContext, print, printJson } from './context.ts';
import { addListCommand } from './list-command.ts';
import { tableLines } from './table.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';
import type { Column } from './text-table.ts';
import { utcTime } from './utc-time.ts';

type Hold = HoldListView['holds'][number];
type HeldMessage = HeldMessageListView['heldMessages'][number];

const HOLDS: readonly Column<Hold>[] = [
  { title: 'held since', cell: ({ since }) => utcTime(since) },
  { title: 'integration', cell: ({ integrationId }) => integrationId },
  { title: 'waiting', cell: ({ waitingMessages }) => String(waitingMessages), align: 'right' },
  { title: 'why', cell: ({ explanation }) => explanation },
];

const MESSAGES: readonly Column<HeldMessage>[] = [
  { title: 'held since', cell: ({ since }) => utcTime(since) },
  { title: 'message', cell: ({ messageId }) => messageId },
  { title: 'recipient', cell: ({ recipient }) => recipient ?? '' },
  { title: 'integration', cell: ({ integrationId }) => integrationId ?? '' },
  { title: 'campaign', cell: ({ campaignId }) => campaignId ?? '' },
  {
    title: 'why',
    cell: ({ reason }) => (reason === 'outcome_unknown' ? 'nobody knows whether Sinch took it' : 'its plan is held'),
  },
];

/** `holds`: integrations that Sinch refuses. */
export function addHoldsCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('holds')
    .summary('integrations that Sinch refuses, since when and why')
    .description(
      'Lists the integrations of the project that Sinch refuses, so that nothing is sent through them, with since when, why, ' +
        'and how many messages wait. Any key of the project may ask.',
    )
    .option('--json', 'the answer as one line of JSON');
  addTargetOptions(command)
    .addHelpText('after', `\nExamples:\n  temporal-sinch holds\n  temporal-sinch holds --json\n${TARGET_HELP}`)
    .action(async (options: TargetOptions & { json?: boolean }) => {
      const api = createApiClient(await resolveTarget(options, context.env));
      const answer = await api.get<HoldListView>('/holds');
      if (options.json) return printJson(context, answer);
      if (answer.holds.length === 0) return print(context, 'Nothing is held: Sinch takes every integration.');
      for (const line of tableLines(HOLDS, answer.holds)) print(context, line);
    });
}

/** `held-messages`: what is neither sent nor given up. */
export function addHeldMessagesCommand(program: Command, context: CommandContext): void {
  addListCommand<HeldMessage>(program, context, {
    name: 'held-messages',
    summary: 'messages that are held, since when and why',
    description:
      'Lists messages that are held, those requested latest first: as nobody knows whether Sinch took them and they are never ' +
      'sent twice, or as Sinch refuses their integration.',
    path: '/held-messages',
    list: 'heldMessages',
    columns: MESSAGES,
    none: 'No message is held.',
  });
}
