import type { Dispatcher } from 'undici';
import { createHostRules, guardedPool, type HostRules, type Proxies } from '../hosts/index.ts';
import { parseBaseUrl } from './plan-connection.ts';

/** Most connections of a process to one plan. Sinch answers 429 to too many outstanding requests (Status codes). */
export const DEFAULT_CONNECTIONS = 64;

/** How long connecting may take, TLS included, in milliseconds. */
export const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;

/**
 * Sinch's own Java client lets idle connections go after 5 s. A connection that the server closes while a request is
 * written to it is the usual way to a send of unknown outcome, so ours go before.
 */
const KEEP_ALIVE_MS = 4_000;

/** Between two pieces of a body, in milliseconds: after a 2xx there is little reason to wait for the batch id. */
const BODY_TIMEOUT_MS = 5_000;

/** Options of {@link createPlanPool}. */
export interface PlanPoolOptions {
  /** @default DEFAULT_CONNECTIONS */
  connections?: number;
  /** @default DEFAULT_CONNECT_TIMEOUT_MS */
  connectTimeoutMs?: number;
  /** Which hosts may be connected to. @default those of the internet */
  rules?: HostRules;
  /** By which proxy the host is reached. @default by none */
  proxies?: Proxies;
}

/** The connections of one plan. HTTP/1.1 and one request at a time on each: nothing else is documented for the host. */
export function createPlanPool(baseUrl: string, options: PlanPoolOptions = {}): Dispatcher {
  return guardedPool(parseBaseUrl(baseUrl).origin, {
    rules: options.rules ?? createHostRules(),
    timeoutMs: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    proxies: options.proxies,
    pool: {
      connections: options.connections ?? DEFAULT_CONNECTIONS,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      // The deadline of each request is shorter or as long, and counts from its beginning.
      headersTimeout: 0,
      bodyTimeout: BODY_TIMEOUT_MS,
    },
  });
}
