/** A user's own workflow has the name of ours, and stands before it. */
export * from '../../../src/workflows/index.ts';
export async function holdPlan(): Promise<string> {
  return 'a plan of the house is held';
}
