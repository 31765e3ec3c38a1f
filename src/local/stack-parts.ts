/** The parts of a local stack, each by itself. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { NativeConnection } from '@temporalio/worker';
import {
  createKeyring,
  type Database,
  type FolderLock,
  type Keyring,
  loadKeyring,
  lockFolder,
  openDatabase,
} from '../db/index.ts';
import { findTemporal } from './find-temporal.ts';
import type { ProgressTicker } from './progress-ticker.ts';
import { SEARCH_ATTRIBUTE_NAMES } from './server-arguments.ts';
import { StackError } from './stack-error.ts';
import { makeDataDir } from './stack-file.ts';
import type { StackOptions } from './stack-options.ts';
import { type ChosenPorts, taken } from './stack-ports.ts';
import { withTemporalFile } from './temporal-file.ts';
import { startTemporalServer, type TemporalServer } from './temporal-server.ts';

const KEY_FILE = 'encryption.key';

/** What a stack keeps, and the lock of its folder where the database does not hold one itself. */
export interface Storage {
  database: Database;
  keyring: Keyring;
  lock?: FolderLock;
}

/** The database, and the keys of what is encrypted in it: both kept in the data folder, or both gone at the end. */
export async function openStorage(options: StackOptions): Promise<Storage> {
  const { dataDir, databaseUrl, log, signal } = options;
  const isKept = !(options.memory ?? false) && dataDir !== undefined;
  if (isKept) await makeDataDir(dataDir);
  const keyring = isKept
    ? await loadKeyring({ keyFile: path.join(dataDir, KEY_FILE) })
    : createKeyring({ keys: [{ id: 'memory', key: randomBytes(32) }], current: 'memory' });
  const folder = isKept ? path.join(dataDir, 'database') : undefined;
  const until = signal === undefined ? {} : { signal };
  if (databaseUrl === undefined) {
    return {
      database: await openDatabase({ ...(folder ? { dataDir: folder } : { memory: true }), log, ...until }),
      keyring,
    };
  }
  // Temporal's data lies in the folder all the same, and it is the same lock whatever the database is.
  const lock = folder === undefined ? undefined : await lockFolder(folder, until);
  try {
    return { database: await openDatabase({ url: databaseUrl, log }), keyring, ...(lock ? { lock } : {}) };
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

/**
 * A Temporal server that belongs to the stack; `undefined` where a running one is to be used.
 * @param uiCodecUrl where its web UI has payloads decrypted
 */
export async function startOwnTemporal(
  options: StackOptions,
  ports: ChosenPorts,
  ticker: ProgressTicker,
  uiCodecUrl: string | undefined,
): Promise<TemporalServer | undefined> {
  if (options.temporal) return undefined;
  const { env, dataDir, memory = false, signal, onProgress } = options;
  ticker.show('Looking for a Temporal server');
  const { path: executable } = await findTemporal({
    env,
    ...(onProgress === undefined ? {} : { onProgress: ({ phase, detail }) => ticker.show(phase, detail) }),
    ...(signal === undefined ? {} : { signal }),
  });
  ticker.show('Starting the Temporal server');
  const start = (dbFilename?: string): Promise<TemporalServer> =>
    startTemporalServer({
      executable,
      env,
      port: ports.temporal,
      uiPort: ports.ui,
      ...(dbFilename === undefined ? {} : { dbFilename }),
      ...(uiCodecUrl === undefined ? {} : { extraArgs: ['--ui-codec-endpoint', uiCodecUrl] }),
      ...(signal === undefined ? {} : { signal }),
    });
  return memory || dataDir === undefined ? start() : withTemporalFile(path.resolve(dataDir, 'temporal.db'), start);
}

/**
 * Without them every start would be refused. A server that does not tell is taken at its word.
 * @throws StackError that says how to register them
 */
export async function checkSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const known = await connection.operatorService.listSearchAttributes({ namespace }).catch(() => undefined);
  const missing = SEARCH_ATTRIBUTE_NAMES.filter((name) => known !== undefined && !(name in known.customAttributes));
  if (missing.length === 0) return;
  throw new StackError(
    'search_attributes_missing',
    `Namespace ${namespace} of the Temporal server in use has no search attributes ${missing.join(', ')}. Register them:\n` +
      `  temporal operator search-attribute create --namespace ${namespace} ` +
      missing.map((name) => `--name ${name} --type Keyword`).join(' '),
  );
}

/** The listening error of the HTTP process, said so that a person can act on it. */
export function explainedPort(error: unknown, ip: string, port: number): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error;
  return taken(ip, port, '--port', error);
}
