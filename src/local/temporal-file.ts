/** The file of Temporal's data, whole or not at all: the server takes one that it was killed over for a database. */
import { open, rm, stat } from 'node:fs/promises';
import { type TemporalServer, TemporalServerError } from './temporal-server.ts';

/** What SQLite puts beside its file. */
const BESIDE = ['-wal', '-shm', '-journal'];

/**
 * Starts a server on a file. A first start that did not come to its end left nothing in it, so it is made anew; that this
 * was so is told by a mark beside it, which goes once the server serves.
 * @throws TemporalServerError
 */
export async function withTemporalFile(
  file: string,
  start: (file: string) => Promise<TemporalServer>,
): Promise<TemporalServer> {
  const mark = `${file}.making`;
  if (await exists(mark)) {
    for (const each of [file, ...BESIDE.map((end) => file + end)]) await rm(each, { force: true });
  }
  const isNew = !(await exists(file));
  if (isNew) await (await open(mark, 'w', 0o600)).close();
  let server: TemporalServer;
  try {
    server = await start(file);
  } catch (error) {
    if (isNew || !(error instanceof TemporalServerError) || !error.died) throw error;
    throw new TemporalServerError(
      `${error.message} If its file ${file} comes of a first start that was ended in the middle, nothing was in it: delete it.`,
      { died: true, cause: error },
    );
  }
  await rm(mark, { force: true });
  return server;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
