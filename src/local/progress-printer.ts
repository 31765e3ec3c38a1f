const LINE_EVERY_SECONDS = 15;

/** How far the search for a Temporal server is. Reported about once a second while something takes long. */
export interface TemporalProgress {
  /** What is being done, in plain words. */
  phase: string;
  /** What is known about it at this moment, such as a count. */
  detail?: string;
  /** Since the work that the phase belongs to began. */
  elapsedSeconds: number;
}

/** Where progress is shown: `process.stderr` fits. */
export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Shows progress to a person. */
export interface ProgressPrinter {
  report(progress: TemporalProgress): void;
  /** Leaves the output at the beginning of a line. To be called once nothing more is reported. */
  end(): void;
}

/**
 * Shows progress as one line that is rewritten when `interactive`, else as a line for each phase and every 15 s.
 *
 * @param interactive Whether the output is a terminal that somebody looks at. @default the output's `isTTY`
 */
export function createProgressPrinter(
  output: ProgressOutput,
  interactive: boolean = output.isTTY ?? false,
): ProgressPrinter {
  let shownPhase: string | undefined;
  let shownAtSeconds = 0;
  let openLine = false;
  return {
    report(progress) {
      const line = lineOf(progress);
      if (interactive) {
        openLine = true;
        output.write(`\r\u001B[2K${line.slice(0, (output.columns ?? 80) - 1)}`);
        return;
      }
      const due = progress.elapsedSeconds - shownAtSeconds >= LINE_EVERY_SECONDS;
      if (progress.phase === shownPhase && !due) return;
      shownPhase = progress.phase;
      shownAtSeconds = progress.elapsedSeconds;
      output.write(`${line}\n`);
    },
    end() {
      if (openLine) output.write('\n');
      openLine = false;
    },
  };
}

function lineOf({ phase, detail, elapsedSeconds }: TemporalProgress): string {
  const seconds = Math.floor(elapsedSeconds);
  const elapsed = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${phase}${detail === undefined ? '' : `, ${detail}`} (${elapsed})`;
}
