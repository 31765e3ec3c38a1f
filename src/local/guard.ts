import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Watches over a program on behalf of this process. */
export interface Guard {
  /** Ends the watch without touching the program. Returns when the guard's own process is gone. */
  dismiss(): Promise<void>;
}

/**
 * The guard's whole program. Its input is a pipe that only the guarded process holds open; it ends in every way that
 * process can end, `kill -9` included. Then: ask the program to end, and make it after 5 s.
 */
const GUARD_PROGRAM = `
const pid = Number(process.argv[1]);
const signal = (name) => { try { process.kill(process.platform === 'win32' ? pid : -pid, name); } catch { process.exit(); } };
process.stdin.on('error', () => {}).on('close', () => {
  signal('SIGTERM');
  const end = Date.now() + 5000;
  setInterval(() => {
    if (Date.now() < end) return signal(0);
    signal('SIGKILL');
    process.exit();
  }, 100);
}).resume();
`;

/** Starts a small process that ends the process group `pid` as soon as this process is gone, however it went. */
export function startGuard(pid: number): Guard {
  const child = spawn(process.execPath, ['-e', GUARD_PROGRAM, String(pid)], {
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    windowsHide: true,
  });
  // Without a guard the program still ends with us, except after a kill -9: not worth failing for.
  const gone = Promise.race([once(child, 'exit'), once(child, 'error')]).catch(() => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  (child.stdin as typeof child.stdin & { unref?: () => void }).unref?.();
  return {
    async dismiss() {
      child.ref();
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/**
 * Sends a signal to a process group that we started; one that is already gone is no error (macOS answers EPERM while
 * its last process has ended and is not yet collected).
 */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
