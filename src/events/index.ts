export { type NewEventRow, rowOf } from './campaign-event-row.ts';
export { type Ledger, type LedgerFaults, readLedger } from './ledger.ts';
export { type KeptLateReport, type MessageEvents, readMessageEvents } from './message-events.ts';
export type { CampaignEventSink } from './sink.ts';
export { createSqlReportStore } from './sql-report-store.ts';
export { createSqlSink } from './sql-sink.ts';
