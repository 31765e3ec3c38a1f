const BLOCKS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const FULL = '█';

/** A bar that is `width` characters long where `count` is all of `of`; what is more than none shows. */
export function bar(count: number, of: number, width: number): string {
  if (count <= 0 || of <= 0) return '';
  const eighths = Math.max(1, Math.round((Math.min(count, of) / of) * width * BLOCKS.length));
  return FULL.repeat(Math.floor(eighths / BLOCKS.length)) + (BLOCKS[eighths % BLOCKS.length] ?? '');
}

/** A line of numbers as a line of little bars, the largest one full; none is a blank. */
export function sparkline(values: readonly number[]): string {
  const largest = Math.max(1, ...values);
  return values
    .map((value) => (value <= 0 ? ' ' : (LEVELS[Math.ceil((value / largest) * LEVELS.length) - 1] ?? FULL)))
    .join('');
}
