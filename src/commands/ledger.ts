import type { Command } from 'commander';
import type { Ledger } from '../events/index.ts';
import { createApiClient } from './api-client.ts';
import { CommandError } from './command-error.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { explainBalance, explainUnknownOutcomes, ledgerTable } from './ledger-table.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

/** `ledger`: what became of a project's or a campaign's requests. Fails where the books do not balance. */
export function addLedgerCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('ledger')
    .summary('what became of the requests, and whether the books balance')
    .description(
      'Counts what became of every request of a project, or of one campaign, and checks that nothing is missing or ' +
        'counted twice. Ends with exit code 1 where the books do not balance.',
    )
    .option('--campaign <id>', 'only this campaign')
    .option('--json', 'the answer as one line of JSON');
  addTargetOptions(command)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch ledger\n  temporal-sinch ledger --campaign welcome --json\n${TARGET_HELP}`,
    )
    .action(async (options: TargetOptions & { campaign?: string; json?: boolean }) => {
      const target = await resolveTarget(options, context.env);
      const ledger = await createApiClient(target).get<Ledger>('/ledger', { campaignId: options.campaign });
      if (options.json) printJson(context, ledger);
      else {
        const what = options.campaign === undefined ? '' : `, campaign ${options.campaign}`;
        print(context, `Project ${target.projectId}${what}`);
        for (const line of ledgerTable(ledger)) print(context, `  ${line}`);
        for (const line of explainUnknownOutcomes(ledger.unknownOutcomes)) print(context, line);
        print(context, explainBalance(ledger));
        if (options.campaign !== undefined && ledger.requested === 0) {
          note(
            context,
            `No request names campaign ${options.campaign}: \`temporal-sinch campaigns\` lists those there are.`,
          );
        }
      }
      if (!ledger.balanced) throw new CommandError('ledger_unbalanced', explainBalance(ledger), { isShown: true });
    });
}
