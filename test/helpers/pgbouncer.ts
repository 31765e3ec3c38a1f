import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort, query, unprivileged } from './postgres.ts';

/** A pooler between a process of ours and a server. */
export interface PgBouncer {
  /** URL of the same database, through the pooler. */
  urlOf(serverUrl: string): string;
  stop(): Promise<void>;
}

/** The program, from PATH or where Debian keeps it; `undefined` where there is none. */
export function findPgBouncer(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, 'pgbouncer')).find((program) => existsSync(program));
}

/** Starts PgBouncer on a free port before the server of a URL. */
export async function startPgBouncer(
  program: string,
  serverUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'temporal-sinch-pgbouncer-'));
  const user: { uid?: number; gid?: number } = process.getuid?.() === 0 ? unprivileged() : {};
  const port = await freePort();
  const config = join(folder, 'pgbouncer.ini');
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: folder,
    auth_type: 'any',
    pool_mode: 'transaction',
    // Few, so that transactions of one connection do meet different ones of the server.
    default_pool_size: '4',
    ...settings,
  };
  const server = new URL(serverUrl);
  writeFileSync(
    config,
    `[databases]\n* = host=${server.hostname} port=${server.port} user=postgres\n[pgbouncer]\n${Object.entries(all)
      .map(([name, value]) => `${name} = ${value}`)
      .join('\n')}\n`,
  );
  if (user.uid !== undefined && user.gid !== undefined) {
    chownSync(folder, user.uid, user.gid);
    chownSync(config, user.uid, user.gid);
  }
  const child = spawn(program, ['-q', config], { ...user, cwd: folder, stdio: 'ignore' });
  const ended = once(child, 'exit');
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const urlOf = (url: string): string => {
    const pooled = new URL(url);
    pooled.port = String(port);
    return pooled.href;
  };
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (;;) {
    try {
      // A statement pooler too answers a single statement.
      await query(urlOf(serverUrl), 'select 1');
      return { urlOf, stop };
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`PgBouncer ended with ${child.exitCode}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
