import { guardedPool, type HostRules, type Proxies } from '../hosts/index.ts';
import { exchange } from '../sinch/index.ts';
import { readTrackingAnswer, type TrackingAnswer } from './tracking-answer.ts';
import type { TrackingCommand } from './tracking-event.ts';

/** Most commands that one request may carry (tracking API, "Batch commands"). */
export const MOST_COMMANDS = 50;

/** How long an answer may take, connecting included, in milliseconds. */
const TRACKING_DEADLINE_MS = 10_000;

/** The tracking API of the engagement platform, for one project. */
export interface TrackingApi {
  /**
   * Sends at most {@link MOST_COMMANDS} commands in one request. Every end is a result; nothing is sent twice. There is
   * no signal: whether a request that is given up has arrived, nobody could say.
   */
  track(commands: readonly TrackingCommand[]): Promise<TrackingAnswer>;
  /** Waits for the request that is under way and ends the connections. */
  close(): Promise<void>;
}

/** Where a project's events go, and as whom. */
export interface TrackingApiOptions {
  /** Such as `https://api.exponea.com`; HTTPS, except on this machine. */
  baseUrl: string;
  projectToken: string;
  /** Of a private API key with the permission to set events. */
  keyId: string;
  keySecret: string;
  /** Which hosts may be connected to. */
  rules: HostRules;
  /** By which proxy the host is reached. @default by none */
  proxies?: Proxies;
}

/** @throws TypeError where the base URL is none, or not a safe one. */
export function createTrackingApi(options: TrackingApiOptions): TrackingApi {
  const { baseUrl, projectToken, keyId, keySecret, rules, proxies } = options;
  const base = safeBaseUrl(baseUrl);
  const path = `${base.pathname.replace(/\/+$/, '')}/track/v2/projects/${encodeURIComponent(projectToken)}/batch`;
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`;
  const pool = guardedPool(base.origin, {
    rules,
    timeoutMs: TRACKING_DEADLINE_MS / 2,
    proxies,
    pool: {
      // Of a project one batch is under way at a time; the second one is for a connection that hangs.
      connections: 2,
      pipelining: 1,
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 4_000,
      headersTimeout: 0,
      bodyTimeout: 0,
    },
  });
  return {
    async track(commands) {
      const ended = await exchange(pool, {
        origin: base.origin,
        path,
        method: 'POST',
        headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({ commands }),
        deadlineMs: TRACKING_DEADLINE_MS,
      });
      const commandIds = commands.map(({ command_id }) => command_id);
      return readTrackingAnswer(ended, commandIds, Date.now());
    },
    close: () => pool.close(),
  };
}

/** The events carry phone numbers, and the key goes with each request: neither leaves this machine in the clear. */
function safeBaseUrl(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new TypeError('The base URL of a tracking API has to be an https URL, except on this machine');
}

function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
