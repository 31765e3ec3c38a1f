/**
 * Ages out what identifies people, by each project's `retentionDays`, and finishes erasures of messages that had still to
 * be started. Every HTTP process runs it; a lock in the database makes one at a time do a portion.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Log } from '../contract/log.ts';
import { reasonOf } from '../contract/reason.ts';
import { asStoreErrors, auditEntries, type Database, type Keyring, messages, type Orm } from '../db/index.ts';
import type { Settings } from '../settings/index.ts';
import { repeat, type Repeated } from '../timing/index.ts';
import { BODY_TABLES, eraseBodiesBefore } from './callback-bodies.ts';
import { eraseMessages } from './erase-messages.ts';

/** Messages or bodies in one transaction. */
const PORTION = 500;

/** How often erasures that wait are looked for, in milliseconds. */
const LOOK_MS = 60_000;

/** How often what is old enough is looked for, in milliseconds. */
const AGE_MS = 3_600_000;

const DAY_MS = 86_400_000;

/** Any number, as long as nobody else locks the same one in this database. */
const LOCK = 7_446_241_064;

/** What {@link createRetention} needs. */
export interface RetentionOptions {
  /** Stays the caller's. */
  database: Pick<Database, 'orm' | 'transaction'>;
  keyring: Keyring;
  settings: Pick<Settings, 'project' | 'integrations'>;
  /** Those of a project, archived ones too. */
  integrationIdsOf: (projectId: string) => Promise<readonly string[]>;
  log: Log;
  /** @default the real clock */
  now?: () => Date;
}

/** The job. What fails is logged, and due again the next time; where another process is at it, that is left to it. */
export interface Retention {
  /** Finishes erasures that waited for a start. @param signal ends it after a portion */
  finishErasures(signal?: AbortSignal): Promise<void>;
  /** Takes people out of what is older than its project says. @param signal ends it after a portion */
  age(signal?: AbortSignal): Promise<void>;
}

/** Makes the job, which does nothing by itself. */
export function createRetention(options: RetentionOptions): Retention {
  const { database, keyring, settings, integrationIdsOf, log, now = () => new Date() } = options;

  /** Portions until one is not full. @returns how many rows; fewer than there are where another process is at it */
  async function portions(signal: AbortSignal | undefined, work: (orm: Orm) => Promise<number>): Promise<number> {
    let sum = 0;
    const mayGoOn = (): boolean => signal?.aborted !== true;
    let done = PORTION;
    while (done === PORTION && mayGoOn()) {
      done = await database.transaction(async (orm) => ((await isOurs(orm)) ? work(orm) : 0));
      sum += done;
    }
    return sum;
  }

  async function erase(
    where: SQL,
    order: SQL,
    signal: AbortSignal | undefined,
  ): Promise<{ messages: number; events: number }> {
    let events = 0;
    const sum = await portions(signal, async (orm) => {
      const portion = await eraseMessages(orm, { where, order, limit: PORTION }, { keyring, at: now().toISOString() });
      events += portion.events;
      return portion.messages;
    });
    return { messages: sum, events };
  }

  async function ageProject(projectId: string, signal: AbortSignal | undefined): Promise<void> {
    const retentionDays = (await settings.project(projectId))?.retentionDays;
    if (retentionDays === undefined) return;
    const before = new Date(now().getTime() - retentionDays * DAY_MS).toISOString();
    const { projectId: project, requestedAt } = messages;
    const aged = await erase(
      sql`${project} = ${projectId} and ${requestedAt} < ${sql.param(before, requestedAt)}`,
      sql`${requestedAt}`,
      signal,
    );
    const integrationIds = await integrationIdsOf(projectId);
    let bodies = 0;
    for (const table of BODY_TABLES) {
      bodies += await portions(signal, async (orm) =>
        eraseBodiesBefore(orm, { table, integrationIds, before, limit: PORTION }),
      );
    }
    if (aged.messages + bodies === 0) return;
    const after = { ...aged, bodies, before };
    await database.orm.insert(auditEntries).values({
      projectId,
      at: now().toISOString(),
      actor: 'retention',
      action: 'retention.erased',
      subject: projectId,
      after,
    });
  }

  async function ageAll(signal: AbortSignal | undefined): Promise<void> {
    const withIntegrations = (await settings.integrations()).map(({ projectId }) => projectId);
    for (const projectId of new Set([...(await projectsWithMessages(database.orm)), ...withIntegrations])) {
      if (signal?.aborted) return;
      await attempt(`Erasing what project ${projectId} keeps no longer`, async () => ageProject(projectId, signal));
    }
  }

  /** One project's failure is none of the others'. */
  async function attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await asStoreErrors(what, work);
    } catch (error) {
      log.warn({ error: reasonOf(error) }, `${what} failed; trying again`);
    }
  }

  return {
    finishErasures: async (signal) =>
      attempt('Erasing what was asked for', async () => {
        const { erasureRequestedAt, projectId, messageId } = messages;
        await erase(sql`${erasureRequestedAt} is not null`, sql`${projectId}, ${messageId}`, signal);
      }),
    age: async (signal) => attempt('Looking for what is to be erased', async () => ageAll(signal)),
  };
}

/** Runs the job at once, and from then on by the clock. Closing ends it after the portion that is under way. */
export function startRetention(retention: Retention, log: Pick<Log, 'warn'>): Repeated {
  let agedAt = -Infinity;
  return repeat({
    async task(signal) {
      await retention.finishErasures(signal);
      if (performance.now() - agedAt < AGE_MS) return;
      agedAt = performance.now();
      await retention.age(signal);
    },
    everyMs: LOOK_MS,
    onFailure: (error) => log.warn({ error: reasonOf(error) }, 'Erasing by age failed; trying again'),
  });
}

/** Whether no other process is at it; until the transaction's end it is ours. */
async function isOurs(orm: Orm): Promise<boolean> {
  const result = await orm.execute(sql`select pg_try_advisory_xact_lock(${LOCK}::bigint) as ours`);
  return (result as { rows: { ours: boolean }[] }).rows[0]?.ours === true;
}

/** By jumps through an index: there may be millions of messages of a few projects. */
async function projectsWithMessages(orm: Orm): Promise<string[]> {
  const result = await orm.execute(sql`
    with recursive project as (
      (select project_id from ${messages} order by project_id limit 1)
      union all
      select (select m.project_id from messages m where m.project_id > project.project_id order by m.project_id limit 1)
      from project where project.project_id is not null
    )
    select project_id from project where project_id is not null`);
  return (result as { rows: { project_id: string }[] }).rows.map((row) => row.project_id);
}
