import { randomBytes } from 'node:crypto';
import type { CampaignEventStatus } from '../../src/contract/campaign-event.ts';
import type { CampaignContext, SendMessageInput } from '../../src/contract/message.ts';
import { campaignEvents, createKeyring, type Database, exporters, projects } from '../../src/db/index.ts';
import { createSqlSink } from '../../src/events/index.ts';
import { createCampaignEventExporter } from '../../src/exporters/index.ts';
import type { ProxySettings } from '../../src/hosts/index.ts';
import { DEMO_TRACKING_PROJECT, type SimulatedTrackingApi } from '../../src/simulator/index.ts';
import { and, eq } from 'drizzle-orm';
import { sampleEvent, sampleMessage, sampleRecord } from '../helpers/messages.ts';

/** Opens the secrets of the exporters of these tests. */
export const keyring = createKeyring({ keys: [{ id: 'test', key: randomBytes(32) }], current: 'test' });

/** What was said to the log. */
export interface Said {
  level: 'warn' | 'error';
  fields: Record<string, unknown>;
  message: string;
}

/** An exporter and what it said. */
export function exporterOf(database: Pick<Database, 'orm'>, proxies: ProxySettings = {}) {
  const said: Said[] = [];
  const exporter = createCampaignEventExporter({
    allowPrivateHosts: true,
    proxies,
    database,
    keyring,
    log: {
      warn: (fields, message) => void said.push({ level: 'warn', fields, message }),
      error: (fields, message) => void said.push({ level: 'error', fields, message }),
    },
  });
  return { exporter, said };
}

/** Sets up a project's exporter, or changes it. */
export async function setExporter(
  { orm }: Pick<Database, 'orm'>,
  projectId: string,
  target: Pick<SimulatedTrackingApi, 'url'>,
  changes: Partial<Omit<typeof exporters.$inferInsert, 'keySecret'>> & { secret?: string } = {},
): Promise<void> {
  const { secret = DEMO_TRACKING_PROJECT.keySecret, ...rest } = changes;
  const row = {
    projectId,
    baseUrl: target.url,
    projectToken: DEMO_TRACKING_PROJECT.projectToken,
    keyId: DEMO_TRACKING_PROJECT.keyId,
    keySecret: keyring.encrypt(Buffer.from(secret)),
    enabled: true,
    requestsPerSecond: 100,
    statusNames: {},
    since: '2020-01-01T00:00:00.000Z',
    updatedAt: new Date().toISOString(),
    ...rest,
  };
  await orm.insert(exporters).values(row).onConflictDoUpdate({ target: exporters.projectId, set: row });
}

/** Names the event of a project. */
export async function setEventName(
  { orm }: Pick<Database, 'orm'>,
  projectId: string,
  eventName: string,
): Promise<void> {
  const now = new Date().toISOString();
  await orm.insert(projects).values({ projectId, name: projectId, eventName, createdAt: now, updatedAt: now });
}

/** Records an event of each message in the order given: `{ 'm-1': 'delivered' }`. */
export async function record(
  database: Pick<Database, 'orm'>,
  projectId: string,
  statuses: Readonly<Record<string, CampaignEventStatus>>,
  overrides: Partial<SendMessageInput> = {},
): Promise<string[]> {
  const sink = createSqlSink(database);
  return Promise.all(
    Object.entries(statuses).map(async ([messageId, status]) => {
      const message = sampleMessage({ projectId, messageId, ...overrides });
      const event = sampleEvent(message, { status });
      await sink.record(sampleRecord(message, { events: [event] }));
      return `${projectId}/${messageId}/${event.phase}`;
    }),
  );
}

/** Records that so many messages were enqueued; gives the ids of the events. */
export async function recordEnqueued(
  database: Pick<Database, 'orm'>,
  projectId: string,
  count: number,
  campaign: CampaignContext = { campaignId: 'welcome', customerIds: { registered: 'ada' } },
): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `m-${String(index).padStart(6, '0')}`);
  return record(database, projectId, Object.fromEntries(names.map((name) => [name, 'enqueued'])), { campaign });
}

/** What an event's row says of its export. */
export async function exportOf({ orm }: Pick<Database, 'orm'>, eventId: string) {
  const [row] = await orm
    .select({ state: campaignEvents.exportState, reason: campaignEvents.exportReason, at: campaignEvents.exportedAt })
    .from(campaignEvents)
    .where(and(eq(campaignEvents.eventId, eventId)));
  return row;
}

/** How many events of a project are in each state. */
export async function statesOf({ orm }: Pick<Database, 'orm'>, projectId: string): Promise<Record<string, number>> {
  const rows = await orm
    .select({ state: campaignEvents.exportState })
    .from(campaignEvents)
    .where(eq(campaignEvents.projectId, projectId));
  const counts: Record<string, number> = {};
  for (const { state } of rows) counts[state ?? 'pending'] = (counts[state ?? 'pending'] ?? 0) + 1;
  return counts;
}
