import { SingleBar } from 'cli-progress';

const LINE_EVERY_MS = 5_000;

/** Shows how far something with a known end is. */
export interface ProgressBar extends Disposable {
  update(done: number): void;
}

/** A bar on a terminal; elsewhere a line every 5 s, and none for what is quicker. */
export function showBar(output: NodeJS.WriteStream, what: string, total: number): ProgressBar {
  if (output.isTTY) {
    const bar = new SingleBar({
      format: `${what} {bar} {value} of {total}, {duration_formatted}`,
      stream: output,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      clearOnComplete: true,
      hideCursor: true,
    });
    bar.start(total, 0);
    return {
      update: (done) => bar.update(done),
      [Symbol.dispose]: () => {
        bar.update(total);
        bar.stop();
      },
    };
  }
  let done = 0;
  const timer = setInterval(() => output.write(`${what}: ${done} of ${total}\n`), LINE_EVERY_MS);
  return {
    update: (value) => {
      done = value;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
