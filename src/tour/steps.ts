import { reasonOf } from '../contract/reason.ts';
/** The steps of a tour: each is told in words, and marked with what came of it. */
export interface Steps {
  /** Takes a step; what it throws marks it as failed and is thrown on, since the next steps stand on it. */
  take<T>(what: string, act: () => Promise<StepResult<T>>): Promise<T>;
  readonly taken: number;
  readonly failed: number;
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

/** Makes the steps of one tour; `write` shows a line. */
export function createSteps(write: (line: string) => void): Steps {
  let taken = 0;
  let failed = 0;
  return {
    async take(what, act) {
      taken += 1;
      const began = Date.now();
      try {
        const { value, note } = await act();
        write(`  ✓ ${what}${note === undefined ? '' : `: ${note}`} (${seconds(began)} s)`);
        return value;
      } catch (error) {
        failed += 1;
        write(`  ✗ ${what}: ${reasonOf(error)} (${seconds(began)} s)`);
        throw error;
      }
    },
    get taken() {
      return taken;
    },
    get failed() {
      return failed;
    },
  };
}

function seconds(began: number): string {
  return ((Date.now() - began) / 1000).toFixed(1);
}
