import type { ResultLine } from './report.ts';

/** A run as a line of the results file. */
export interface TabledRun extends ResultLine {
  naive: boolean;
}

const COLUMNS = ['acceptedTwice', 'lost', 'wrongFinal', 'eventsDoubled'] as const;

const HEAD = [
  'Seed',
  'Faults',
  'Sent twice',
  'Lost',
  'Wrong end',
  'Event twice',
  'Resent by policy',
  'Held',
  'Recovered',
  'Seconds',
];

/** The runs as a table: of each seed, this package's count and, after a stroke, that of the naive variant. */
export function markdownTable(runs: readonly TabledRun[]): string {
  const seeds = [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b);
  const rows = seeds.map((seed) => {
    const ours = runs.find((run) => run.seed === seed && !run.naive);
    const naive = runs.find((run) => run.seed === seed && run.naive);
    const faults = Object.values((ours ?? naive)?.faults ?? {}).reduce((sum, count) => sum + count, 0);
    return [
      seed,
      faults,
      ...COLUMNS.map((column) => `**${ours?.[column] ?? '–'}** / ${naive?.[column] ?? '–'}`),
      ours?.resentByPolicy ?? '–',
      ours?.held ?? '–',
      ours?.recovered ?? '–',
      ours?.seconds ?? '–',
    ];
  });
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(HEAD), line(HEAD.map(() => '---:')), ...rows.map(line)].join('\n');
}
