import { signalGroup } from '../src/local/guard.ts';
import { findFreePorts } from '../src/local/free-ports.ts';
import { startTemporalServer, type TemporalServer } from '../src/local/index.ts';

/** A Temporal server that keeps its data in a file, on one port, and can be killed. */
export interface ChaosTemporal {
  /** `host:port` */
  readonly address: string;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it again on the same data; resolves when it serves. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Starts a Temporal server whose data is in `dbFilename`. @throws TemporalServerError */
export async function startChaosTemporal(
  executable: string,
  dbFilename: string,
  log: (line: string) => void,
): Promise<ChaosTemporal> {
  const [port = 0] = await findFreePorts(HOST, 1);
  const start = (): Promise<TemporalServer> =>
    startTemporalServer({ executable, env: process.env, ui: false, ip: HOST, port, dbFilename, log });
  let server = await start();
  return {
    address: server.address,
    async kill() {
      signalGroup(server.pid, 'SIGKILL');
      await server.exited;
    },
    async start() {
      server = await start();
    },
    stop: () => server.close(),
  };
}
