import { reasonOf } from '../contract/reason.ts';

/** The steps of a tour: each is told in words, and marked with what came of it. */
export interface Steps {
  /**
   * Takes a step. What it throws marks it as failed, and the tour goes on with the others; only a stop is thrown on.
   * @param needs steps that it stands on: where one of them did not succeed it is skipped, and says so
   */
  take<T>(what: string, needs: readonly Step<unknown>[], act: () => Promise<StepResult<T>>): Promise<Step<T>>;
  /** Steps so far, those that were skipped too. */
  readonly taken: number;
  /** What the failed ones are called. */
  readonly failed: readonly string[];
  /** What the skipped ones are called. */
  readonly skipped: readonly string[];
}

/** A step that was taken, or was to be. */
export interface Step<T> {
  readonly what: string;
  readonly succeeded: boolean;
  /** What it came to. @throws TypeError unless it succeeded; steps that need it are not taken then */
  readonly value: T;
}

/** What a step came to: something for the next steps, and a word for whoever looks on. */
export interface StepResult<T> {
  value: T;
  /** Such as a figure that was measured. */
  note?: string;
}

/** A step's check did not hold. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  readonly code = 'step_failed';
}

/** @throws StepFailure unless it holds */
export function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new StepFailure(what);
}

/** Makes the steps of one tour; `write` shows a line, and `signal` stops the tour. */
export function createSteps(write: (line: string) => void, signal?: AbortSignal): Steps {
  let taken = 0;
  const failed: string[] = [];
  const skipped: string[] = [];
  return {
    async take(what, needs, act) {
      signal?.throwIfAborted();
      taken += 1;
      const missing = needs.filter(({ succeeded }) => !succeeded);
      if (missing.length > 0) {
        skipped.push(what);
        write(`  – ${what}: skipped, since it needs “${missing.map((step) => step.what).join('” and “')}”`);
        return withoutValue(what);
      }
      const began = Date.now();
      try {
        const { value, note } = await act();
        write(`  ✓ ${what}${note === undefined ? '' : `: ${note}`} (${seconds(began)} s)`);
        return { what, succeeded: true, value };
      } catch (error) {
        signal?.throwIfAborted();
        failed.push(what);
        write(`  ✗ ${what}: ${reasonOf(error)} (${seconds(began)} s)`);
        return withoutValue(what);
      }
    },
    get taken() {
      return taken;
    },
    failed,
    skipped,
  };
}

function withoutValue(what: string): Step<never> {
  return {
    what,
    succeeded: false,
    get value(): never {
      throw new TypeError(`The step “${what}” came to nothing: who uses it has to name it among what it needs`);
    },
  };
}

function seconds(began: number): string {
  return ((Date.now() - began) / 1000).toFixed(1);
}
