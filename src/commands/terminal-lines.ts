import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import type { ProgressOutput } from '../local/index.ts';
import { CommandError, EXIT } from './command-error.ts';

/** Lines that somebody types at a terminal. */
export interface TerminalLines extends Disposable {
  /**
   * The next line.
   * @param hidden shows nothing of what is typed
   * @throws CommandError `interrupted` at Ctrl-C, or where the terminal is gone
   */
  next(prompt: string, hidden: boolean): Promise<string>;
}

/** Takes the terminal over until it is disposed. */
export function readTerminal(input: Readable, output: ProgressOutput): TerminalLines {
  /** Typed before they were asked for. */
  const early: string[] = [];
  let isHidden = false;
  let isClosed = false;
  let waiting: { resolve: (line: string) => void; reject: (error: Error) => void } | undefined;
  const echo = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      if (!isHidden) output.write(text);
      done();
    },
  });
  // No history: the arrow key would bring a secret back.
  const reader = createInterface({ input, output: echo, terminal: true, historySize: 0 });
  reader.on('line', (line) => {
    if (waiting) settle().resolve(line);
    else early.push(line);
  });
  reader.on('SIGINT', () => {
    if (waiting) settle().reject(interrupted());
    // The terminal gives no signals while we read it key by key, and whatever runs now has to end as at any Ctrl-C.
    else process.kill(process.pid, 'SIGINT');
  });
  reader.on('close', () => {
    isClosed = true;
    if (waiting) settle().reject(interrupted());
  });

  function settle(): NonNullable<typeof waiting> {
    const settled = waiting;
    if (!settled) throw new Error('Nobody waits for a line');
    waiting = undefined;
    // The key that ended a hidden line was not shown either.
    if (isHidden) output.write('\n');
    isHidden = false;
    return settled;
  }

  return {
    async next(prompt, hidden) {
      const line = early.shift();
      if (line !== undefined) {
        output.write(`${prompt}\n`);
        return line;
      }
      if (isClosed) throw interrupted();
      return new Promise<string>((resolve, reject) => {
        waiting = { resolve, reject };
        if (hidden) output.write(prompt);
        isHidden = hidden;
        reader.setPrompt(hidden ? '' : prompt);
        reader.prompt();
      });
    },
    [Symbol.dispose]: () => reader.close(),
  };
}

function interrupted(): CommandError {
  return new CommandError('interrupted', 'Stopped: the question was not answered.', { exitCode: EXIT.interrupted });
}
