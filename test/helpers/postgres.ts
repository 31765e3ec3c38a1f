import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Client } from 'pg';
import { signalGroup, startGuard } from '../../src/local/guard.ts';

/** A throwaway PostgreSQL server of this process. */
export interface PostgresServer {
  /** Makes an empty database and gives its URL. */
  createDatabase(): Promise<string>;
  /**
   * Ends the server and keeps its data: `fast` breaks off every connection and writes down what is there, `immediate` is
   * a crash that the next start recovers from.
   */
  interrupt(mode: 'fast' | 'immediate'): Promise<void>;
  /** Starts it again on the same data and port; resolves when it answers. */
  resume(): Promise<void>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

/** How to start a server. */
export interface PostgresOptions {
  /** Where its folder is made. @default the system's folder for temporary files */
  parent?: string;
  /** Certificate and key of a server that takes connections with TLS alone, in PEM. @default it speaks none */
  tls?: { cert: string; key: string };
}

/** Folder of `initdb` and `postgres`, from PATH or where Debian keeps them; `undefined` where there are none. */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...versions.map((version) => join(debian, version, 'bin')),
  ].find((folder) => folder !== '' && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** Starts a server on a free port of 127.0.0.1, with its files in a folder of its own that goes with it. */
export async function startPostgres(
  bin: string,
  { parent = tmpdir(), tls }: PostgresOptions = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(parent, 'temporal-sinch-pg-'));
  // PostgreSQL refuses to run as root.
  const user: { uid?: number; gid?: number } = process.getuid?.() === 0 ? unprivileged() : {};
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder, env: { ...process.env, HOME: folder, LC_ALL: 'C' } };
  let server: RunningServer | undefined;
  const kill = (): void => {
    if (server?.hasExited() === false) signalGroup(server.pid, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', kill);

  try {
    const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
    execFileSync(join(bin, 'initdb'), initdb, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    const port = await freePort();
    if (tls !== undefined) {
      for (const [name, pem] of Object.entries({ 'server.crt': tls.cert, 'server.key': tls.key })) {
        const file = join(data, name);
        writeFileSync(file, pem, { mode: 0o600 });
        if (user.uid !== undefined && user.gid !== undefined) chownSync(file, user.uid, user.gid);
      }
      writeFileSync(join(data, 'pg_hba.conf'), 'local all all trust\nhostssl all all 127.0.0.1/32 trust\n');
    }
    // Without fsync what is committed outlives the server's crash, though not the machine's; without synchronous commits
    // it would not.
    const settings = [
      'fsync=off',
      'full_page_writes=off',
      'shared_buffers=32MB',
      ...(tls === undefined ? [] : ['ssl=on']),
    ];
    const args = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder];
    const base = `postgres://postgres@127.0.0.1:${port}`;
    const encrypted = tls === undefined ? '' : '?sslmode=no-verify';
    const start = async (): Promise<void> => {
      const child = spawn(join(bin, 'postgres'), [...args, ...settings.flatMap((setting) => ['-c', setting])], {
        ...options,
        stdio: 'ignore',
        // Ctrl-C in the terminal is ours to deal with, and the guard sees to it that nothing stays behind.
        detached: true,
      });
      server = running(child);
      await untilItAnswers(`${base}/postgres${encrypted}`, server);
    };
    const end = async (signal: 'SIGINT' | 'SIGQUIT'): Promise<void> => {
      if (server?.hasExited() === false) server.child.kill(signal);
      await server?.ended;
    };
    await start();
    let databases = 0;
    return {
      async createDatabase() {
        databases += 1;
        const name = `test_${databases}`;
        await query(`${base}/postgres${encrypted}`, `create database ${name}`);
        return `${base}/${name}`;
      },
      interrupt: (mode) => end(mode === 'fast' ? 'SIGINT' : 'SIGQUIT'),
      resume: start,
      async stop() {
        process.off('exit', kill);
        await end('SIGQUIT');
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    kill();
    process.off('exit', kill);
    throw error;
  }
}

interface RunningServer {
  child: ChildProcess;
  pid: number;
  hasExited(): boolean;
  /** Resolves when nothing of it is left. */
  ended: Promise<void>;
}

function running(child: ChildProcess): RunningServer {
  const pid = child.pid ?? 0;
  const guard = startGuard(pid);
  const ended = once(child, 'exit').then(() => guard.dismiss());
  ended.catch(() => undefined);
  return { child, pid, hasExited: () => child.exitCode !== null || child.signalCode !== null, ended };
}

/** Runs one statement on a connection of its own. */
export async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

async function untilItAnswers(url: string, server: RunningServer): Promise<void> {
  for (;;) {
    try {
      await query(url, 'select 1');
      return;
    } catch (error) {
      if (server.hasExited()) {
        throw new Error(`PostgreSQL ended before it answered: ${String(server.child.exitCode)}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** A user that PostgreSQL and its poolers run as, where this process is root's. */
export function unprivileged(): { uid: number; gid: number } {
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // The next one, then.
    }
  }
  throw new Error('PostgreSQL refuses to run as root, and there is neither a user "postgres" nor "nobody"');
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A TCP server has an address with a port');
  return address.port;
}

/** Runs work while a statement stands that is not committed, and takes the statement back when the work is done. */
export async function whileUncommitted<T>(url: string, statement: string, work: () => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(statement);
    return await work();
  } finally {
    await client.end();
  }
}

/**
 * Runs work against a statement that is not committed, and takes the statement back, or commits it, once so many
 * connections wait for it or for each other.
 */
export async function collide<T>(
  url: string,
  statement: string,
  waiting: number,
  work: () => Promise<T>,
  end: 'rollback' | 'commit' = 'rollback',
): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(statement);
    const done = work();
    done.catch(() => undefined);
    const blocked = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while ((await query(url, blocked)).length < waiting) await new Promise((resolve) => setTimeout(resolve, 10));
    await client.query(end);
    return await done;
  } finally {
    await client.end();
  }
}
