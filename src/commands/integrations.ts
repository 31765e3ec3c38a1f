import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { addIntegrationsAddCommand } from './integrations-add.ts';
import { addIntegrationsChangeCommand } from './integrations-change.ts';
import { addIntegrationsReadCommands } from './integrations-read.ts';
import { addIntegrationsStateCommands } from './integrations-state.ts';
import { addIntegrationsTestCommand } from './integrations-test.ts';
import { TARGET_HELP } from './target.ts';

/** `integrations`: connections to Sinch service plans. */
export function addIntegrationsCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('integrations')
    .summary('connections to Sinch service plans: add, list, test, default, …')
    .description(
      'Connections to Sinch service plans. Each plan has its own queue and throughput; exactly one integration of a ' +
        'project is its default SMS provider. Needs a key with the role admin.',
    )
    .addHelpText(
      'after',
      `
Examples:
  temporal-sinch integrations add
  temporal-sinch integrations list --json
  temporal-sinch integrations test sinch-eu
  temporal-sinch integrations default sinch-eu
${TARGET_HELP}`,
    );
  addIntegrationsAddCommand(command, context);
  addIntegrationsReadCommands(command, context);
  addIntegrationsChangeCommand(command, context);
  addIntegrationsTestCommand(command, context);
  addIntegrationsStateCommands(command, context);
}
