import type { Command } from 'commander';
import type { ErasureAnswer } from '../erasure/index.ts';
import { createApiClient } from './api-client.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { openPrompter } from './prompter.ts';
import { readSecret, type SecretInput } from './secret-input.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

/** Longer than the server takes for a portion. */
const DEADLINE_MS = 20_000;

/** Kept like a secret: a number on the command line stays in the shell's history. */
const RECIPIENT: SecretInput = {
  name: 'phone number of the person',
  variable: 'ERASE_RECIPIENT',
  stdinOption: '--recipient-stdin',
};

interface EraseOptions extends TargetOptions {
  recipient?: string;
  recipientStdin?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

/** What all portions together came to. */
type Sums = Omit<ErasureAnswer, 'erasureId' | 'complete' | 'nextCursor'> & { erasureIds: string[] };

/** `erase`: one person's data, taken out of a project. */
export function addEraseCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('erase')
    .summary("take one person's number, texts and customer ids out of a project")
    .description(
      "Takes one person out of a project's messages, campaign events and kept callbacks: the number, the texts, the customer " +
        'ids. Ids, statuses and counts stay, so that the ledger and the evaluation say the same, and a request that is ' +
        'repeated is known. Nothing is cancelled. May be repeated. What was refused for a number that is none is found by the ' +
        'spelling that was refused. Needs a key with the role admin.',
    )
    .option('--recipient <number>', 'in international form, or as it was refused; asked for where it is not given')
    .option('--recipient-stdin', 'take the number from standard input')
    .option('--dry-run', 'count what would be erased, and change nothing')
    .option('--json', 'what was done as one line of JSON');
  addTargetOptions(command)
    .addHelpText(
      'after',
      `
A number on the command line stays in the shell's history: leave it out to be asked, or pipe it in.

Environment:
  ERASE_RECIPIENT   the number, where neither option is given

Examples:
  temporal-sinch erase
  temporal-sinch erase --dry-run
  temporal-sinch erase --recipient +33639980001
  temporal-sinch erase --recipient "07911 123456"
  temporal-sinch erase --recipient-stdin --json < number.txt
${TARGET_HELP}`,
    )
    .action(async (options: EraseOptions) => {
      if (options.recipient !== undefined && options.recipientStdin) {
        throw new CommandError('options_conflict', '--recipient does not go with --recipient-stdin.', {
          exitCode: EXIT.usage,
        });
      }
      const target = await resolveTarget(options, context.env);
      using prompter = openPrompter(context);
      const recipient =
        options.recipient ?? (await readSecret(context, prompter, RECIPIENT, options.recipientStdin ?? false));
      const api = createApiClient(target);
      const sums = await eraseAll(async (cursor) =>
        api.post<ErasureAnswer>(
          '/erasures',
          { recipient, ...(options.dryRun ? { dryRun: true } : {}), ...(cursor === undefined ? {} : { cursor }) },
          DEADLINE_MS,
        ),
      );
      if (options.json) return printJson(context, sums);
      for (const line of erasureLines(sums)) print(context, line);
      for (const line of remainderLines(sums)) note(context, line);
    });
}

async function eraseAll(erase: (cursor: string | undefined) => Promise<ErasureAnswer>): Promise<Sums> {
  const sums: Sums = {
    dryRun: false,
    validNumber: true,
    erasureIds: [],
    messages: 0,
    events: 0,
    bodies: 0,
    underWay: 0,
    waitingToStart: 0,
    undecryptable: 0,
  };
  let cursor: string | undefined;
  for (;;) {
    const { dryRun, validNumber, erasureId, complete, nextCursor, ...counts } = await erase(cursor);
    Object.assign(sums, { dryRun, validNumber });
    if (erasureId !== undefined) sums.erasureIds.push(erasureId);
    for (const name of ['messages', 'events', 'bodies', 'underWay', 'undecryptable'] as const) {
      sums[name] += counts[name];
    }
    sums.waitingToStart = counts.waitingToStart;
    if (complete) return sums;
    cursor = nextCursor;
  }
}

function erasureLines({ dryRun, messages, events, bodies }: Sums): string[] {
  const unchanged = dryRun ? ['Nothing was changed: this was a dry run.'] : [];
  if (messages + bodies === 0) return ['Nothing was found that is not erased already.', ...unchanged];
  const found = `${counted(messages, 'message')}, ${counted(events, 'campaign event')}, ${counted(bodies, 'callback')}`;
  return dryRun
    ? [`Would be erased: ${found}.`, ...unchanged]
    : [`Erased: ${found}.`, 'Ids, statuses and counts stay.'];
}

/** Where something of the person still is. */
function remainderLines({ dryRun, validNumber, underWay, waitingToStart, undecryptable }: Sums): string[] {
  return [
    ...(validNumber
      ? []
      : [
          'That is no number a message could go to: only what was refused or came with exactly its digits was looked for.',
        ]),
    ...(underWay > 0
      ? [`${counted(underWay, 'message')} may still be under way: Temporal holds number and text until the end.`]
      : []),
    ...(waitingToStart > 0
      ? [
          `${counted(waitingToStart, 'message')} still to be started: ${dryRun ? 'would be ' : ''}erased within minutes of the start.`,
        ]
      : []),
    ...(undecryptable > 0
      ? [`${counted(undecryptable, 'callback')} that cannot be read: no key decrypts them, or they unpack to too much.`]
      : []),
    "Temporal keeps the histories of ended messages for its namespace's retention; exported events are the platform's to erase.",
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
