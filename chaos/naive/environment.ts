/** What the processes of the naive variant are told. */
export interface NaiveEnvironment {
  databaseUrl: string;
  temporalAddress: string;
  sinchUrl: string;
  servicePlanId: string;
  apiToken: string;
  port: number;
}

/** The one variable that carries it. */
export const NAIVE_VARIABLE = 'CHAOS_NAIVE';

/** Both processes work on it. */
export const NAIVE_TASK_QUEUE = 'naive';

/** Reads what this process was told. */
export function readNaiveEnvironment(): NaiveEnvironment {
  return JSON.parse(process.env[NAIVE_VARIABLE] ?? '') as NaiveEnvironment;
}
