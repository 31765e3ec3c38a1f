import type { IncomingRequest } from './server.ts';
import { isoTime } from './iso-time.ts';

/** A request that the simulator has seen. */
export interface SimulatedRequest {
  /** ISO 8601, by the simulator's clock. */
  at: string;
  method: string;
  /** Path and query as they came. */
  url: string;
  servicePlanId: string;
  /** Status of the answer, or how the request ended without one; absent while it is being handled. */
  answer?: number | 'hang' | 'reset';
  /** Of a batch that was readable. */
  clientReference?: string | undefined;
  /** Of a batch that was accepted. */
  batchId?: string | undefined;
}

/** The latest requests and how many there were. */
export interface RequestLog {
  /** Notes a request; its answer and what it was about are filled in later. */
  begin(now: number, request: IncomingRequest, servicePlanId: string, isPost: boolean): SimulatedRequest;
  /** The latest 1,000, oldest first. */
  latest(): readonly SimulatedRequest[];
  /** How many times a batch was posted, whatever came of it. */
  posts(): number;
}

const KEPT = 1000;

/** Makes an empty log. */
export function createRequestLog(): RequestLog {
  let latest: SimulatedRequest[] = [];
  let posts = 0;
  return {
    begin(now, { method, url }, servicePlanId, isPost) {
      const record: SimulatedRequest = { at: isoTime(now), method, url, servicePlanId };
      if (isPost) posts += 1;
      latest.push(record);
      if (latest.length >= 2 * KEPT) latest = latest.slice(-KEPT);
      return record;
    },
    latest: () => latest.slice(-KEPT),
    posts: () => posts,
  };
}
