export type { DeliveryReport } from '../contract/delivery-report.ts';
export type { MessageKey } from '../contract/identity.ts';
export type { MessageOutcome, MessagePhase, MessageStatus } from '../contract/message-outcome.ts';
export type { SendMessageInput } from '../contract/message.ts';
export {
  type CancelResult,
  createMessageClient,
  type MessageClient,
  type MessageClientOptions,
  type StartResult,
} from './message-client.ts';
export { createWorkflowListing, WorkflowListingError } from './workflow-listing.ts';
export type { SignalResult } from './signal-once.ts';
export {
  createSweepClient,
  type SweepClient,
  type SweepClientOptions,
  type SweepKey,
  type SweepStatus,
} from './sweep-client.ts';
export {
  type MessageRequest,
  parseMessageRequest,
  prepareMessage,
  type PreparedMessage,
  type RequestError,
} from '../requests/index.ts';
