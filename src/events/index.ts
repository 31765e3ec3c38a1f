/** @internal */
export { eventIdOf, eventOf, type NewEventRow, rowOf } from './campaign-event-row.ts';
export type {
  BilledParts,
  CampaignEvaluation,
  CampaignSummary,
  CodeCount,
  CodeKind,
  Counted,
  CountedPart,
  DeliveryRate,
  DeliveryRates,
  DeliveryTimes,
  OverTime,
  TimeSlot,
} from './evaluation.ts';
/** @internal */
export {
  countWaiting,
  type HeldMessage,
  type HeldMessagePage,
  type HeldMessagesQuery,
  listHeldMessages,
} from './held-messages.ts';
/** @internal */
export type { KeptLateReport } from './late-report-row.ts';
/** @internal */
export { type LateReportPage, type LateReportQuery, listLateReports } from './late-reports.ts';
export {
  type Ledger,
  type LedgerCounts,
  type LedgerFaults,
  type LedgerScope,
  readLedger,
  type UnknownOutcomeCounts,
} from './ledger.ts';
/** @internal */
export {
  createLedgerCheck,
  type LedgerCheck,
  type LedgerCheckOptions,
  type LedgerCheckPage,
  type LedgerFinding,
  type LedgerFindingCode,
} from './ledger-check.ts';
/** @internal */
export { type CampaignPage, type CampaignsQuery, listCampaigns } from './list-campaigns.ts';
/** @internal */
export { type MessageEvents, readMessageEvents } from './message-events.ts';
export { createNdjsonSink, type NdjsonSink } from './ndjson-sink.ts';
/** @internal */
export { readCampaign } from './read-campaign.ts';
/** @internal */
export { recountCampaigns } from './recount-campaigns.ts';
export type { CampaignEventSink, RecordedMessage } from './sink.ts';
export { createSqlReportStore } from './sql-report-store.ts';
export { createSqlSink } from './sql-sink.ts';
/** @internal */
export {
  listUnmatchedReports,
  type UnmatchedReport,
  type UnmatchedReportPage,
  type UnmatchedReportQuery,
} from './unmatched-reports.ts';
