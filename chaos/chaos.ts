/** `npm run chaos`: the whole system on real parts, while they are killed and Sinch misbehaves. */
import { runProgram } from '../src/commands/index.ts';
import { chaosCommand, type ChaosOptions } from './options.ts';
import { runChaos } from './run-chaos.ts';

const program = chaosCommand();

process.exitCode = await runProgram(program, 'chaos_failed', (context) =>
  runChaos(program.opts<ChaosOptions>(), context),
);
