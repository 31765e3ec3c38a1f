import type { SimulatorPlan } from './options.ts';

/** A request to the REST API whose plan and token have been checked. */
export interface XmsRequest {
  plan: SimulatorPlan;
  query: URLSearchParams;
  /** As it came, decoded from UTF-8. */
  body: string;
  /** Filled in by the operation for the record of requests. */
  note: { clientReference?: string | undefined; batchId?: string | undefined };
}
