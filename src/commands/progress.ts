import { createProgressPrinter, type TemporalProgress } from '../local/index.ts';
import type { CommandContext } from './context.ts';

/** Less is not worth a line where lines stay. */
const WORTH_SHOWING_SECONDS = 1;

/** Shows what is being started, on standard error. On a terminal at once; else only what takes longer than a second. */
export function showProgress({ stderr }: Pick<CommandContext, 'stderr'>): Disposable & {
  report: (progress: TemporalProgress) => void;
} {
  const printer = createProgressPrinter(stderr);
  const isTerminal = stderr.isTTY ?? false;
  return {
    report: (progress) => {
      if (isTerminal || progress.elapsedSeconds >= WORTH_SHOWING_SECONDS) printer.report(progress);
    },
    [Symbol.dispose]: () => printer.end(),
  };
}
