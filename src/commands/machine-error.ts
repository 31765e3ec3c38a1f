/** What the machine refused, said so that a person can act on it. */
import { reasonOf } from '../contract/reason.ts';
import { CommandError } from './command-error.ts';

/** A taken port or a folder that cannot be written to, as a CommandError; everything else as it is. */
export function machineErrorOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof CommandError) return error;
  const { code, syscall, path, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (syscall === 'listen' || syscall === 'bind') {
    const place = port === undefined ? 'there' : `on port ${port} of ${address ?? 'this machine'}`;
    const what = LISTEN[code ?? ''] ?? reasonOf(error);
    return new CommandError('port_unusable', `Listening ${place} failed: ${what}`, { cause: error });
  }
  const why = FILES[code ?? ''];
  if (syscall === undefined || path === undefined || why === undefined) return error;
  return new CommandError('file_unusable', `${path} cannot be used (${syscall}): ${why}`, { cause: error });
}

const LISTEN: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has it. Stop that one, or give another port: --port, or PORT of the server.',
  EACCES: 'this user may not have it. Give a port above 1023: --port, or PORT of the server.',
  EADDRNOTAVAIL: 'this machine has no such address. Correct HOST.',
  ENOTFOUND: 'there is no such host. Correct HOST.',
};

const FILES: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there. Name another folder, or have its rights changed.',
  EPERM: 'this user may not change it. Name another folder, or have its rights changed.',
  EROFS: 'the file system can only be read. Name a folder that can be written to.',
  ENOSPC: 'the disk is full. Make room, or name another folder.',
  EDQUOT: 'the quota of this user is used up. Make room, or name another folder.',
  ENOTDIR: 'a file stands where a folder was expected. Name another folder.',
  EISDIR: 'a folder stands where a file was expected.',
};
