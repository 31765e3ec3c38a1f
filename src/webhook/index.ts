export {
  createDeliveryReportHandler,
  DEFAULT_DEADLINE_MS,
  DEFAULT_MAX_BODY_BYTES,
  DEFAULT_MAX_CONCURRENT,
  type DeliveryReportHandler,
  type DeliveryReportHandlerDeps,
  type SignalMessage,
  type SignalResult,
} from './delivery-report-handler.ts';
export { WEBHOOK_COUNTER, type WebhookCounterName, type WebhookCounters, type WebhookLog } from './observers.ts';
export type { LateEntry, ReportStore, UnmatchedEntry, UnmatchedReason, UnreadableEntry } from './report-store.ts';
export { type Connection, createNodeListener, type FrameworkRequest, type NodeListener } from '../web/index.ts';
export { createWebhook, type Webhook } from './webhook.ts';
