import type { Pool } from 'pg';
import type { Orm } from './orm.ts';

/** How a transaction is run. */
export interface TransactionOptions {
  /** Only reads, and every statement of it one and the same state of the tables. @default false */
  snapshot?: boolean;
}

/** A transaction on a connection of its own, which goes back to the pool only where it is known to be fit for others. */
export async function serverTransaction<T>(
  pool: Pool,
  work: (orm: Orm) => Promise<T>,
  { snapshot = false }: TransactionOptions = {},
): Promise<T> {
  const { drizzle } = await import('drizzle-orm/node-postgres');
  const client = await pool.connect();
  // The pool listens only to idle connections: without this, one that is lost here would end the process.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  let clean = false;
  try {
    await client.query(snapshot ? 'begin isolation level repeatable read read only' : 'begin');
    try {
      const result = await work(drizzle({ client }));
      await client.query('commit');
      clean = true;
      return result;
    } catch (error) {
      clean = await client.query('rollback').then(
        () => true,
        () => false,
      );
      throw error;
    }
  } finally {
    client.off('error', ignore);
    client.release(!clean);
  }
}
