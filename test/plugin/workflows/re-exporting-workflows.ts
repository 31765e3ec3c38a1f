export * from '../../../src/workflows/index.ts';

/** A workflow of somebody who re-exports ours. */
export async function add(a: number, b: number): Promise<number> {
  return a + b;
}
