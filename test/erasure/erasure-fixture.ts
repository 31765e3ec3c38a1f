import { randomBytes } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import type { NumberSpellings } from '../../src/contract/msisdn.ts';
import { spellingsOf } from '../../src/countries/index.ts';
import { createKeyring, type Database, type Keyring } from '../../src/db/index.ts';
import { createErasure, type Erasure, createRetention, type RetentionOptions } from '../../src/erasure/index.ts';
import { readCampaign, readLedger, recountCampaigns } from '../../src/events/index.ts';

/** Two people, and what is theirs. */
export const ADA = {
  recipient: '4915187364001',
  text: 'Sesame for Ada',
  customerIds: { registered: 'ada@example.com' },
};
export const BEN = {
  recipient: '4915187364002',
  text: 'Sesame for Ben',
  customerIds: { registered: 'ben@example.com' },
};

export const keyring: Keyring = createKeyring({ keys: [{ id: 'k1', key: randomBytes(32) }], current: 'k1' });

export function erasureOf(database: Database, integrationIds: readonly string[] = ['sinch-eu']): Erasure {
  return createErasure({ database, keyring, integrationIdsOf: () => Promise.resolve(integrationIds) });
}

/** As the API makes it of what is given. */
export function numberOf(given: string): NumberSpellings {
  const number = spellingsOf(given);
  if (!number.ok) throw new TypeError(`${given} is no spelling of a number`);
  return number.spellings;
}

/** Runs the job once at a moment; `retentionDays` by project. */
export async function ageAt(
  database: Database,
  at: string,
  retentionDays: Readonly<Record<string, number>>,
  more: Partial<RetentionOptions> = {},
): Promise<void> {
  const retention = createRetention({
    database,
    keyring,
    settings: {
      project: (projectId) => {
        const days = retentionDays[projectId];
        return Promise.resolve({
          projectId,
          countriesWithoutReports: [],
          ...(days === undefined ? {} : { retentionDays: days }),
        });
      },
      integrations: () => Promise.resolve([]),
    },
    integrationIdsOf: () => Promise.resolve(['sinch-eu']),
    log: { warn: (fields, message) => failures.push(JSON.stringify([fields, message])), error: () => undefined },
    now: () => new Date(at),
    ...more,
  });
  await retention.finishErasures();
  await retention.age();
}

/** What the job had to say. */
export const failures: string[] = [];

/** Every row of a project in every table, as text: what a dump of the database holds. */
export async function dumpOf(database: Database, projectId: string): Promise<string> {
  const tables = await rowsOf<{ name: string }>(
    database,
    sql`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const parts = [];
  for (const { name } of tables) {
    const rows = await rowsOf<{ row: string }>(database, sql`select t::text as row from ${sql.identifier(name)} t`);
    parts.push(...rows.map(({ row }) => `${name} ${row}`).filter((row) => row.includes(projectId)));
  }
  return parts.join('\n');
}

/** What the ledger and the evaluation say, as counted and as counted anew. */
export async function booksOf(database: Database, projectId: string, campaignId: string) {
  const read = async () => ({
    ledger: await readLedger(database, { projectId }),
    campaign: await readCampaign(database, { projectId, campaignId }),
  });
  const counted = await read();
  await recountCampaigns(database, { projectId });
  return { counted, recounted: await read() };
}

async function rowsOf<Row>({ orm }: Database, query: SQL): Promise<Row[]> {
  const result = await orm.execute(query);
  return (result as { rows: Row[] }).rows;
}
