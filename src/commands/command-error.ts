/** Exit codes of every command: 0 done, 1 it failed, 2 it was called wrongly, 130 (as in shells) Ctrl-C before it was done. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

type FailureExit = (typeof EXIT)['failed' | 'usage' | 'interrupted'];

/** A command could not do what it was asked. The message is for the person at the terminal and says what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  /** Stable; shown with `--json`. */
  readonly code: string;
  readonly exitCode: FailureExit;
  /** The command's result has said it already: only the exit code is left. */
  readonly isShown: boolean;

  constructor(
    code: string,
    message: string,
    options: ErrorOptions & { exitCode?: FailureExit; isShown?: boolean } = {},
  ) {
    super(message, options);
    this.code = code;
    this.exitCode = options.exitCode ?? EXIT.failed;
    this.isShown = options.isShown ?? false;
  }
}
