import type { ProgressOutput } from '../src/local/index.ts';

/** Tells how a run goes: lines that stay, and on a terminal a last one that changes. */
export interface Progress extends Disposable {
  /** Writes a line that stays. */
  note(line: string): void;
  /** What is the case at the moment; elsewhere than on a terminal it is written every few seconds. */
  status(line: string): void;
}

const LINE_EVERY_MS = 5_000;
const CLEAR_LINE = '\r\u001B[K';

/** Makes the progress of a run. */
export function createProgress(output: ProgressOutput): Progress {
  const isTerminal = output.isTTY === true;
  let shown = '';
  let writtenAt = 0;
  return {
    note(line) {
      output.write(isTerminal ? `${CLEAR_LINE}${line}\n${shown}` : `${line}\n`);
    },
    status(line) {
      if (isTerminal) {
        shown = line;
        output.write(`${CLEAR_LINE}${line}`);
      } else if (Date.now() - writtenAt >= LINE_EVERY_MS) {
        writtenAt = Date.now();
        output.write(`${line}\n`);
      }
    },
    [Symbol.dispose]() {
      if (isTerminal && shown !== '') output.write(CLEAR_LINE);
      shown = '';
    },
  };
}
