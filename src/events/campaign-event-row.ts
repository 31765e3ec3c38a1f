import type { CampaignEvent, CampaignEventPhase } from '../contract/campaign-event.ts';
import type { MessageKey } from '../contract/identity.ts';
import { withoutNulls, type campaignEvents } from '../db/index.ts';

type EventRow = typeof campaignEvents.$inferSelect;

/** A row as it is written; the database adds when, and the exporter what became of it. */
export type NewEventRow = Omit<EventRow, 'recordedAt' | 'exportState' | 'exportReason' | 'exportedAt'>;

/** Largest of PostgreSQL's `integer`. */
const MAX_INTEGER = 2_147_483_647;

/** The event's id for whoever exports it: the same however often the event is written or sent. */
export function eventIdOf({ projectId, messageId }: MessageKey, phase: CampaignEventPhase): string {
  return `${projectId}/${messageId}/${phase}`;
}

/** The event as a row of `campaign_events`. */
export function rowOf(event: CampaignEvent): NewEventRow {
  return {
    projectId: event.projectId,
    messageId: event.messageId,
    phase: event.phase,
    eventId: eventIdOf(event, event.phase),
    status: event.status,
    at: event.at,
    integrationId: event.integrationId,
    kind: event.kind,
    recipient: event.recipient,
    sender: event.sender ?? null,
    country: event.country ?? null,
    reportsExpected: event.reportsExpected,
    campaignId: event.campaign.campaignId ?? null,
    campaign: event.campaign,
    batchId: event.batchId ?? null,
    statusCode: integerOrNull(event.statusCode),
    error: event.error ?? null,
    comment: event.comment ?? null,
    partCount: integerOrNull(event.partCount),
    partCountEstimated: event.partCountEstimated ?? null,
  };
}

/** The event that a row of `campaign_events` holds. */
export function eventOf({
  eventId: _eventId,
  campaignId: _campaignId,
  recordedAt: _recordedAt,
  exportState: _exportState,
  exportReason: _exportReason,
  exportedAt: _exportedAt,
  ...row
}: EventRow): CampaignEvent {
  return withoutNulls(row);
}

/** Sinch's numbers are taken as they come; one that no column can hold must not cost the event. */
export function integerOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isInteger(value) && Math.abs(value) <= MAX_INTEGER ? value : null;
}
