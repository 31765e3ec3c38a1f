/**
 * The folder of an embedded database, whole or not at all: PGlite lays it out file by file, and takes one that it was
 * killed over for a database.
 */
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError } from './database-error.ts';
import { LOCK_FILE } from './folder-lock.ts';

/** Where a new one is laid out, in the folder itself: beside it may be another volume. */
const MAKING = '.making';

/** What PostgreSQL goes by. It comes last. */
const MARK = 'PG_VERSION';

/** Everything else that PostgreSQL lays out begins so or is named so. */
const OF_POSTGRES = /^(?:base|global|pg_\w+(?:\.conf)?|postgresql(?:\.auto)?\.conf|postmaster\.\w+)$/;

/**
 * Makes the database of a folder where there is none. What was left of a making that did not come to its end is removed:
 * nothing was in it.
 * @param make lays out a database in the folder given
 * @throws DatabaseError `database_folder_unusable` for a folder that holds something else
 */
export async function makeEmbedded(folder: string, make: (folder: string) => Promise<void>): Promise<void> {
  const making = join(folder, MAKING);
  const names = await readdir(folder);
  if (names.includes(MARK)) {
    await rm(making, { recursive: true, force: true });
    return;
  }
  const found = names.filter((name) => !isOurs(name));
  const ofPostgres = found.filter((name) => OF_POSTGRES.test(name));
  if (found.length > ofPostgres.length || (found.length > 0 && !names.includes(MAKING))) {
    throw new DatabaseError('database_folder_unusable', whatStands(folder, found.length > ofPostgres.length));
  }
  for (const name of [...ofPostgres, MAKING]) await rm(join(folder, name), { recursive: true, force: true });
  await mkdir(making);
  await make(making);
  const made = await readdir(making);
  for (const name of made.filter((each) => each !== MARK)) await rename(join(making, name), join(folder, name));
  await rename(join(making, MARK), join(folder, MARK));
  await rmdir(making);
}

/** The lock, and what file systems and their tools put into every folder. */
function isOurs(name: string): boolean {
  return name.startsWith('.') || name.startsWith(LOCK_FILE) || name === 'lost+found';
}

function whatStands(folder: string, isSomethingElse: boolean): string {
  return isSomethingElse
    ? `The folder ${folder} holds files and no database. Name another folder, or an empty one, for the embedded database.`
    : `The folder ${folder} holds half a database: its first start was ended in the middle. Delete the folder, in which there was nothing yet.`;
}
