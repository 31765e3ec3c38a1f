import { Client } from 'pg';

/** Reads the tables themselves: what is compared must not come through the code that is under test. */
export interface Tables {
  /** The rows of a query, on a connection of its own: the server may have been away since the last one. */
  rows<Row>(statement: string): Promise<Row[]>;
}

/** Makes a reader of a database's tables. */
export function createTables(url: string): Tables {
  return {
    async rows<Row>(statement: string) {
      const client = new Client({ connectionString: url });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return (await client.query(statement)).rows as Row[];
      } finally {
        await client.end();
      }
    },
  };
}
