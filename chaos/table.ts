/**
 * The table of `docs/reliability.md`: this package beside the naive variant, seed by seed.
 *
 *   node --import tsx chaos/table.ts --seeds 1..10 --messages 2000 --results /tmp/chaos.jsonl [--dir /dev/shm]
 *
 * Each run is a line of the results file, and what is there already is not run again: a table that was stopped goes on
 * where it was. The table itself goes to standard output.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { runProgram } from '../src/commands/index.ts';
import { messageNumber, seedNumber } from './options.ts';
import { jsonOf } from './report.ts';
import { performRun } from './run-chaos.ts';
import { markdownTable, type TabledRun } from './markdown-table.ts';

interface TableOptions {
  seeds: readonly number[];
  messages: number;
  results: string;
  dir?: string;
}

const program = new Command('node --import tsx chaos/table.ts')
  .description('Runs chaos with several seeds, this package beside the naive variant, and prints a table in Markdown.')
  .requiredOption('--seeds <from..to>', 'the seeds, such as 1..10', seedRange)
  .requiredOption('--results <file>', 'JSON lines: what is in it is not run again')
  .option('--messages <n>', 'how many messages each run requests', messageNumber, 2000)
  .option('--dir <folder>', "where the runs' folders are made, such as /dev/shm (default: that for temporary files)");

process.exitCode = await runProgram(program, 'chaos_failed', async (context) => {
  const { seeds, messages, results, dir } = program.opts<TableOptions>();
  const runs = await readRuns(results);
  for (const seed of seeds) {
    for (const naive of [false, true]) {
      if (runs.some((run) => run.seed === seed && run.messages === messages && run.naive === naive)) continue;
      const result = await performRun({ seed, messages, naive, keep: false, ...(dir && { dir }) }, context);
      const run = { naive, ...jsonOf(result) };
      await appendFile(results, `${JSON.stringify(run)}\n`);
      runs.push(run);
    }
  }
  const wanted = runs.filter((run) => run.messages === messages && seeds.includes(run.seed));
  context.stdout.write(`${markdownTable(wanted)}\n`);
  return true;
});

function seedRange(value: string): number[] {
  const [, first = '', last = ''] = /^(\d+)\.\.(\d+)$/.exec(value) ?? [];
  if (first === '') throw new InvalidArgumentError('Expected a range of whole numbers, such as 1..10.');
  const [from, to] = [seedNumber(first), seedNumber(last)];
  if (to < from) throw new InvalidArgumentError('Expected the first seed not to be above the last.');
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

async function readRuns(file: string): Promise<TabledRun[]> {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as TabledRun);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
