/** The parts of a local stack, each by itself. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { NativeConnection } from '@temporalio/worker';
import { createKeyring, type Database, type Keyring, loadKeyring, openDatabase } from '../db/index.ts';
import { findTemporal } from './find-temporal.ts';
import type { ProgressTicker } from './progress-ticker.ts';
import { SEARCH_ATTRIBUTE_NAMES } from './server-arguments.ts';
import { StackError } from './stack-error.ts';
import { makeDataDir } from './stack-file.ts';
import type { StackOptions } from './stack-options.ts';
import { startTemporalServer, type TemporalServer } from './temporal-server.ts';

const KEY_FILE = 'encryption.key';

/** The database, and the keys of what is encrypted in it: both kept in the data folder, or both gone at the end. */
export async function openStorage(options: StackOptions): Promise<{ database: Database; keyring: Keyring }> {
  const { dataDir, databaseUrl, log } = options;
  const isKept = !(options.memory ?? false) && dataDir !== undefined;
  if (isKept) await makeDataDir(dataDir);
  const keyring = isKept
    ? await loadKeyring({ keyFile: path.join(dataDir, KEY_FILE) })
    : createKeyring({ keys: [{ id: 'memory', key: randomBytes(32) }], current: 'memory' });
  const place =
    databaseUrl !== undefined
      ? { url: databaseUrl }
      : isKept
        ? { dataDir: path.join(dataDir, 'database') }
        : { memory: true };
  return { database: await openDatabase({ ...place, log }), keyring };
}

/**
 * A Temporal server that belongs to the stack; `undefined` where a running one is to be used.
 * @param uiCodecUrl where its web UI has payloads decrypted
 */
export async function startOwnTemporal(
  options: StackOptions,
  ticker: ProgressTicker,
  uiCodecUrl: string | undefined,
): Promise<TemporalServer | undefined> {
  if (options.temporal) return undefined;
  const { env, dataDir, memory = false, signal, temporalPort, uiPort, onProgress } = options;
  ticker.show('Looking for a Temporal server');
  const { path: executable } = await findTemporal({
    env,
    ...(onProgress === undefined ? {} : { onProgress: ({ phase, detail }) => ticker.show(phase, detail) }),
    ...(signal === undefined ? {} : { signal }),
  });
  ticker.show('Starting the Temporal server');
  return startTemporalServer({
    executable,
    env,
    ...(temporalPort === undefined ? {} : { port: temporalPort }),
    ...(uiPort === undefined ? {} : { uiPort }),
    ...(memory || dataDir === undefined ? {} : { dbFilename: path.resolve(dataDir, 'temporal.db') }),
    ...(uiCodecUrl === undefined ? {} : { extraArgs: ['--ui-codec-endpoint', uiCodecUrl] }),
    ...(signal === undefined ? {} : { signal }),
  });
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
  return new StackError(
    'port_taken',
    `Port ${port} of ${ip} is taken by another program. Give another one with --port, or none to have a free one chosen.`,
    { cause: error },
  );
}
