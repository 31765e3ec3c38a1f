import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { reasonOf } from '../contract/reason.ts';
import { findFreePorts } from './free-ports.ts';
import { SEARCH_ATTRIBUTE_NAMES, startDevArguments } from './server-arguments.ts';
import { startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

const STOP_GRACE_MS = 5_000;
const DEFAULT_START_TIMEOUT_MS = 30_000;
const PORT_ATTEMPTS = 3;

/** How to start a Temporal server of our own on this machine. */
export interface TemporalServerOptions {
  /** The `temporal` program, from `findTemporal`. */
  executable: string;
  /** The environment to start it in. Temporal's own variables (`TEMPORAL_…`) are left out: they are meant for clients. */
  env: NodeJS.ProcessEnv;
  /** Port of the gRPC service. @default a free one */
  port?: number;
  /** Port of the web UI. @default a free one */
  uiPort?: number;
  /** Whether to serve the web UI. @default true */
  ui?: boolean;
  /** File that keeps the executions across restarts; about half as fast. @default memory only */
  dbFilename?: string;
  /** Created at the start, beside `default`, which is always there. @default 'default' */
  namespace?: string;
  /** Address to bind. The server has no authentication: anything but a loopback address opens it to the network. @default '127.0.0.1' */
  ip?: string;
  /** Names of Keyword search attributes to register. @default the five of this package */
  searchAttributes?: readonly string[];
  /** Further arguments of `temporal server start-dev`. @default none */
  extraArgs?: readonly string[];
  /** How long it may take until it serves, in milliseconds. @default 30 s */
  startTimeoutMs?: number;
  /** Receives each line of the server's error output. @default kept for errors only */
  log?: (line: string) => void;
  /** Gives up the start. Once the server serves it has no effect; call `close`. */
  signal?: AbortSignal;
}

/** A running Temporal server that belongs to this process. */
export interface TemporalServer extends AsyncDisposable {
  /** `host:port` of the gRPC service, for clients and workers. */
  readonly address: string;
  readonly namespace: string;
  /** Absent when the server was started without the web UI. */
  readonly uiUrl?: string;
  readonly pid: number;
  /** Settles when the server has ended, whether by `close` or by itself. */
  readonly exited: Promise<void>;
  /** Stops the server: asked first (it takes about a second), forced after 5 s. Can be called again. */
  close(): Promise<void>;
}

/** A Temporal server could not be started. The message holds what the server said last. */
export class TemporalServerError extends Error {
  override readonly name = 'TemporalServerError';
  readonly code = 'temporal_server_failed';
  /** Whether the program ended by itself, rather than answering late or not at all. */
  readonly died: boolean;

  constructor(message: string, options: { died: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.died = options.died;
  }
}

/**
 * Starts a Temporal server for this process alone and waits until it serves. It has what the package counts on: time
 * skipping, fairness, one partition a queue, our search attributes. The server stops with `close`, and in any case when
 * this process ends; it does not keep this process alive.
 *
 * @throws TemporalServerError when it ends early or does not serve in time.
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !lostFreePort(error, options)) throw error;
    }
  }
}

async function startOnce(options: TemporalServerOptions): Promise<TemporalServer> {
  const { ip = '127.0.0.1', namespace = 'default', searchAttributes = SEARCH_ATTRIBUTE_NAMES } = options;
  options.signal?.throwIfAborted();
  const [freePort = 0, freeUiPort = 0] = await findFreePorts(ip, 2);
  const port = options.port ?? freePort;
  const uiPort = (options.ui ?? true) ? (options.uiPort ?? freeUiPort) : undefined;

  let server: ServerProcess;
  try {
    server = await startServerProcess({
      executable: options.executable,
      env: withoutTemporalVariables(options.env),
      args: startDevArguments({
        ip,
        port,
        namespace,
        searchAttributes,
        extraArgs: options.extraArgs ?? [],
        ...(uiPort === undefined ? {} : { uiPort }),
        ...(options.dbFilename === undefined ? {} : { dbFilename: options.dbFilename }),
      }),
      ...(options.log === undefined ? {} : { log: options.log }),
    });
  } catch (cause) {
    throw new TemporalServerError(`Starting ${options.executable} failed: ${reasonOf(cause)}`, { died: true, cause });
  }

  const host = reachableHost(ip);
  const timeoutMs = options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS;
  try {
    await untilServing({ server, host, port, namespace, searchAttributes, timeoutMs, signal: options.signal });
  } catch (cause) {
    const died = server.hasExited();
    await server.stop(STOP_GRACE_MS);
    options.signal?.throwIfAborted();
    const what = died ? 'ended before it served' : `did not serve within ${timeoutMs / 1000} s`;
    throw new TemporalServerError(
      `The Temporal server ${options.executable} ${what} on ${ip}:${port}. ${lastWords(server)}`,
      { died, cause },
    );
  }

  server.unref();

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing ??= server.stop(STOP_GRACE_MS);
    await closing;
  };
  return {
    address: `${host}:${port}`,
    namespace,
    ...(uiPort === undefined ? {} : { uiUrl: `http://${host}:${uiPort}` }),
    pid: server.pid,
    exited: server.exited.then(() => undefined),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Serving {
  server: ServerProcess;
  host: string;
  port: number;
  namespace: string;
  searchAttributes: readonly string[];
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** Throws when the program ends, the time is up or the caller gives up before the server answers real calls. */
async function untilServing(serving: Serving): Promise<void> {
  const giveUp = new AbortController();
  const { signal } = giveUp;
  const cancel = (): void => giveUp.abort(serving.signal?.reason);
  if (serving.signal?.aborted === true) cancel();
  serving.signal?.addEventListener('abort', cancel, { once: true });
  void serving.server.exited.then(() => giveUp.abort(new Error('the program ended')));
  const timer = setTimeout(() => giveUp.abort(new Error('the time was up')), serving.timeoutMs);
  try {
    await untilAnswering(serving, signal);
  } finally {
    clearTimeout(timer);
    serving.signal?.removeEventListener('abort', cancel);
  }
}

async function untilAnswering(serving: Serving, signal: AbortSignal): Promise<void> {
  while (!(await acceptsConnection(serving.port, serving.host))) await delay(25, undefined, { signal });
  // Without the SDK's own repeats, which go on for 20 s whatever the signal says: this loop is the repeat.
  const connection = Connection.lazy({ address: `${serving.host}:${serving.port}`, interceptors: [] });
  try {
    let last: unknown;
    while (!signal.aborted) {
      try {
        if (await connection.withAbortSignal(signal, async () => isComplete(connection, serving))) return;
      } catch (error) {
        last = error;
      }
      await delay(25, undefined, { signal }).catch(() => undefined);
    }
    throw last ?? signal.reason;
  } finally {
    await connection.close();
  }
}

/** The namespace and the search attributes are created just after the port is opened. */
async function isComplete(connection: Connection, serving: Serving): Promise<boolean> {
  const { namespace, searchAttributes } = serving;
  await connection.workflowService.describeNamespace({ namespace });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return searchAttributes.every((name) => name in (customAttributes ?? {})) && !serving.server.hasExited();
}

async function acceptsConnection(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const answer = (accepts: boolean): void => {
      socket.destroy();
      resolve(accepts);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
    socket.setTimeout(1_000, () => answer(false));
  });
}

/** Free ports may be taken in the moment before the server binds them; one that the caller chose is not ours to change. */
function lostFreePort(error: unknown, options: TemporalServerOptions): boolean {
  if (!(error instanceof TemporalServerError) || !error.died) return false;
  const chosen = [options.port, options.uiPort].filter((port) => port !== undefined);
  return /address already in use/i.test(error.message) && !chosen.some((port) => error.message.includes(`:${port}:`));
}

function lastWords(server: ServerProcess): string {
  const lines = server.lastLines().filter((line) => !/^\s|^Usage:|^Flags:|^Use "temporal/.test(line));
  return lines.length === 0 ? 'It said nothing.' : `It said: ${lines.join(' | ')}`;
}

function reachableHost(ip: string): string {
  if (ip === '0.0.0.0') return '127.0.0.1';
  return ip.includes(':') ? `[${ip === '::' ? '::1' : ip}]` : ip;
}

function withoutTemporalVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}
