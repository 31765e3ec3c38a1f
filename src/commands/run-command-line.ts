import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { reasonOf } from '../contract/reason.ts';
import { addAuditCommand } from './audit.ts';
import { addCampaignCommand, addCampaignsCommand } from './campaign.ts';
import { addCancelCommand } from './cancel.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, note, printJson } from './context.ts';
import { addEraseCommand } from './erase.ts';
import { addExplainCommand } from './explain.ts';
import { addExporterCommand } from './exporter.ts';
import { addHeldMessagesCommand, addHoldsCommand } from './holds.ts';
import { addIntegrationsCommand } from './integrations.ts';
import { asTyped } from './invocation.ts';
import { addKeysCommand } from './keys.ts';
import { addCompletionCommand } from './completion.ts';
import { addLedgerCommand } from './ledger.ts';
import { machineErrorOf } from './machine-error.ts';
import { addMessageCommand } from './message.ts';
import { addOpenCommand } from './open.ts';
import { addMessagesCommand } from './messages.ts';
import { addPreviewCommand } from './preview.ts';
import { addProjectsCommand } from './projects.ts';
import { addLateReportsCommand, addUnmatchedReportsCommand } from './reports.ts';
import { addSecretsCommand } from './secrets.ts';
import { addSendCommand } from './send.ts';
import { addSendersCommand } from './senders.ts';
import { addServerCommand } from './server.ts';
import { addSettingsCommand } from './settings.ts';
import { addSimulatorCommand } from './simulator.ts';
import { addStatusCommand } from './status.ts';
import { addSweepCommand } from './sweep.ts';
import { addUpCommand } from './up.ts';
import { addWorkerCommand } from './worker.ts';

/** What the command line works with. */
export interface CommandProcess extends Omit<CommandContext, 'asTyped'> {
  /** How our commands are typed here, for hints. @default 'temporal-sinch' */
  invocation?: string;
}

/**
 * Runs one command to its end and gives the exit code, see `EXIT`. Everything that it started is stopped by
 * then.
 */
export async function runCommandLine(args: readonly string[], process: CommandProcess): Promise<number> {
  const { invocation = 'temporal-sinch', ...rest } = process;
  const commands: string[] = [];
  const context: CommandContext = { ...rest, asTyped: (text) => asTyped(text, invocation, commands) };
  const program = createProgram(context);
  commands.push(...program.commands.map((command) => command.name()));
  try {
    return await program.parseAsync(args, { from: 'user' }).then(() => 0);
  } catch (error) {
    return report(error, args.includes('--json'), context);
  }
}

function createProgram(context: CommandContext): Command {
  const program = new Command('temporal-sinch')
    .description('SMS and MMS through Sinch as Temporal workflows: never sent twice, never lost.')
    .version(versionOf())
    .configureOutput({
      writeOut: (text) => void context.stdout.write(context.asTyped?.(text) ?? text),
      writeErr: (text) => void context.stderr.write(context.asTyped?.(text) ?? text),
    })
    .showHelpAfterError('(add --help for the options and examples)')
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  temporal-sinch up
  temporal-sinch send --to +33639980001 --text "Hello" --wait
  temporal-sinch message 01K9Z3M8Q4T6V0X2Y4A6C8E0G2
  temporal-sinch messages --status failed --since 2h
  temporal-sinch cancel 01K9Z3M8Q4T6V0X2Y4A6C8E0G2
  temporal-sinch ledger
  temporal-sinch sweep --since 2h
  temporal-sinch explain 411
  temporal-sinch campaign welcome
  temporal-sinch integrations add

Exit codes: 0 done, 1 it failed, 2 it was called wrongly, 130 stopped by Ctrl-C at a question,
before a sweep had ended, or before all of up was up.`,
    );
  addUpCommand(program, context);
  addSendCommand(program, context);
  addMessageCommand(program, context);
  addMessagesCommand(program, context);
  addCancelCommand(program, context);
  addHoldsCommand(program, context);
  addHeldMessagesCommand(program, context);
  addOpenCommand(program, context);
  addStatusCommand(program, context);
  addLedgerCommand(program, context);
  addSweepCommand(program, context);
  addExplainCommand(program, context);
  addPreviewCommand(program, context);
  addCampaignCommand(program, context);
  addCampaignsCommand(program, context);
  addLateReportsCommand(program, context);
  addUnmatchedReportsCommand(program, context);
  addProjectsCommand(program, context);
  addIntegrationsCommand(program, context);
  addSettingsCommand(program, context);
  addSendersCommand(program, context);
  addKeysCommand(program, context);
  addExporterCommand(program, context);
  addEraseCommand(program, context);
  addAuditCommand(program, context);
  addSecretsCommand(program, context);
  addWorkerCommand(program, context);
  addServerCommand(program, context);
  addSimulatorCommand(program, context);
  addCompletionCommand(program);
  return program;
}

function report(thrown: unknown, asJson: boolean, context: CommandContext): number {
  const error = machineErrorOf(thrown);
  if (error instanceof CommanderError) {
    // Commander has said what was wrong, or shown the help that was asked for.
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (error instanceof CommandError && error.isShown) return error.exitCode;
  const code = codeOf(error);
  const message = reasonOf(error);
  if (asJson) printJson(context, { error: { code: code ?? 'defect', message } });
  note(context, `Error: ${message}`);
  // An error without a code is a mistake of ours: whoever reports it needs the place.
  if (code === undefined && error instanceof Error && error.stack !== undefined) note(context, error.stack);
  return error instanceof CommandError ? error.exitCode : EXIT.failed;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function versionOf(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
