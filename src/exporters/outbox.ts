/**
 * Campaign events on their way out. The events' own rows are the outbox: what has no `export_state` is still to leave.
 * Nothing else says what has left. A mark of time would lose events: `recorded_at` is set when a row is inserted, and it
 * may be seen by others only long after.
 */
import { randomUUID } from 'node:crypto';
import { and, asc, eq, gte, isNull, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { asStoreErrors, campaignEvents, type Database, exporters, projects, valuesOf } from '../db/index.ts';
import { eventIdOf, eventOf } from '../events/index.ts';
import type { ActiveExporter } from './active-exporter.ts';
import type { OutgoingEvent } from './tracking-event.ts';

/** Longest that one batch keeps others from sending, in milliseconds; what it has not sent by then it must not send. */
export const LEASE_MS = 30_000;

/** A project's exporter, as it is set up. */
export type ExporterRow = typeof exporters.$inferSelect;

/** The right to send a project's events for {@link LEASE_MS}. */
export interface Claim {
  leaseId: string;
  exporter: ExporterRow;
  eventName: string;
}

/** What an event's row is to say. */
export interface Mark {
  outgoing: OutgoingEvent;
  state: 'exported' | 'left_out' | 'refused';
  reason?: string;
}

/** The statements of the exporter. Every method throws `StoreError`. */
export interface Outbox {
  /** `undefined` where the project has no exporter that is enabled; milliseconds where another batch is on its way. */
  claim(projectId: string): Promise<Claim | number | undefined>;
  /** Events that have not left, the longest recorded first. */
  pending(exporter: ExporterRow, most: number): Promise<OutgoingEvent[]>;
  /** Notes what became of events; one that says something already is left as it is. */
  mark(marks: readonly Mark[]): Promise<void>;
  /** Gives the claim back before its end. */
  release(claim: Claim): Promise<void>;
  /** All exporters that are enabled. */
  active(): Promise<ActiveExporter[]>;
}

const DEFAULT_EVENT_NAME = 'campaign';

/** Makes the outbox over the database. */
export function createOutbox({ orm }: Pick<Database, 'orm'>): Outbox {
  const isOpen = and(
    eq(campaignEvents.projectId, exporters.projectId),
    isNull(campaignEvents.exportState),
    gte(campaignEvents.recordedAt, exporters.since),
  );

  return {
    async claim(projectId) {
      return asStoreErrors('Claiming campaign events for export', async () => {
        const leaseId = randomUUID();
        const ofProject = and(eq(exporters.projectId, projectId), eq(exporters.enabled, true));
        // The database's clock alone: those of several processes differ.
        const [exporter] = await orm
          .update(exporters)
          .set({ leaseId, leaseUntil: sql`now() + make_interval(secs => ${LEASE_MS / 1000})` })
          .where(and(ofProject, sql`(${exporters.leaseUntil} is null or ${exporters.leaseUntil} <= now())`))
          .returning();
        if (exporter) {
          const [project] = await orm
            .select({ eventName: projects.eventName })
            .from(projects)
            .where(eq(projects.projectId, projectId));
          return { leaseId, exporter, eventName: project?.eventName ?? DEFAULT_EVENT_NAME };
        }
        const [held] = await orm
          .select({
            leftMs: sql`extract(epoch from coalesce(${exporters.leaseUntil}, now()) - now()) * 1000`.mapWith(Number),
          })
          .from(exporters)
          .where(ofProject);
        return held && Math.max(Math.ceil(held.leftMs), 0);
      });
    },

    async pending({ projectId, since }, most) {
      const admission = alias(campaignEvents, 'admission');
      const rows = await asStoreErrors('Reading campaign events to export', async () =>
        orm
          .select({ row: campaignEvents, admittedAt: admission.at })
          .from(campaignEvents)
          .leftJoin(
            admission,
            and(
              eq(admission.projectId, campaignEvents.projectId),
              eq(admission.messageId, campaignEvents.messageId),
              eq(admission.phase, 'admission'),
            ),
          )
          .where(
            and(
              eq(campaignEvents.projectId, projectId),
              isNull(campaignEvents.exportState),
              gte(campaignEvents.recordedAt, since),
            ),
          )
          .orderBy(asc(campaignEvents.recordedAt), asc(campaignEvents.messageId), asc(campaignEvents.phase))
          .limit(most),
      );
      return rows.map(({ row, admittedAt }) => ({
        eventId: eventIdOf(row, row.phase),
        event: eventOf(row),
        ...(admittedAt === null ? {} : { admittedAt }),
      }));
    },

    async mark(marks) {
      if (marks.length === 0) return;
      const rows = marks.map(({ outgoing: { event }, state, reason }) => ({
        projectId: event.projectId,
        messageId: event.messageId,
        phase: event.phase,
        exportState: state,
        exportReason: reason ?? null,
      }));
      const given = valuesOf(campaignEvents, ['projectId', 'messageId', 'phase', 'exportState', 'exportReason'], rows);
      await asStoreErrors('Noting what became of exported campaign events', async () =>
        orm.execute(sql`
          update ${campaignEvents}
          set export_state = given.export_state, export_reason = given.export_reason, exported_at = now()
          from ${given}
          where ${campaignEvents.projectId} = given.project_id and ${campaignEvents.messageId} = given.message_id
            and ${campaignEvents.phase} = given.phase and ${campaignEvents.exportState} is null`),
      );
    },

    async release({ leaseId, exporter }) {
      await asStoreErrors('Giving back campaign events for export', async () =>
        orm
          .update(exporters)
          .set({ leaseId: null, leaseUntil: null })
          .where(and(eq(exporters.projectId, exporter.projectId), eq(exporters.leaseId, leaseId))),
      );
    },

    async active() {
      return asStoreErrors('Reading the exporters', async () =>
        orm
          .select({
            projectId: exporters.projectId,
            updatedAt: exporters.updatedAt,
            pending: sql<boolean>`exists (select from ${campaignEvents} where ${isOpen})`,
          })
          .from(exporters)
          .where(eq(exporters.enabled, true)),
      );
    },
  };
}
