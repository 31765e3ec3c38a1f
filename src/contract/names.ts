/**
 * Every name that crosses a process: once a release has used one it is never renamed, since running
 * workflows, recorded histories and other workers know it. Names are only added.
 */

/** Workflow type of one message. */
export const SEND_MESSAGE_WORKFLOW = 'sendMessage';

/** Workflow type of a project's export of campaign events. */
export const EXPORT_WORKFLOW = 'exportCampaignEvents';

/** Workflow type of what keeps a plan from sending until its fault is mended. */
export const HOLD_WORKFLOW = 'holdPlan';

/** Workflow type of a sweep of a plan's delivery reports. */
export const SWEEP_WORKFLOW = 'sweepDeliveryReports';

/** Activity types, as they appear in the Temporal UI. */
export const ACTIVITY = {
  send: 'send',
  findMessage: 'findMessage',
  findReport: 'findReport',
  cancelBatch: 'cancelBatch',
  recordCampaignEvents: 'recordCampaignEvents',
  exportBatch: 'exportBatch',
  stopPlan: 'stopPlan',
  resumePlan: 'resumePlan',
  probePlan: 'probePlan',
  planRefusal: 'planRefusal',
  sweepReports: 'sweepReports',
} as const;

/** Signal that carries a `DeliveryReport` to the message's workflow. */
export const DELIVERY_REPORT_SIGNAL = 'deliveryReport';

/** Signal that asks for the message to be cancelled; carries nothing. */
export const CANCEL_MESSAGE_SIGNAL = 'cancelMessage';

/** Signal that ends a pause of an export; carries a `WakeReason`. */
export const WAKE_EXPORT_SIGNAL = 'wake';

/** Signal that tells a hold of one more answer that shows the plan's fault; carries a `Refusal`. */
export const PLAN_FAULT_SIGNAL = 'planFault';

/** Signal that has a hold probe now: the integration was changed, or somebody asks for it. */
export const PROBE_PLAN_SIGNAL = 'probePlan';

/** Query that answers where the message stands: a `MessageStatus`. */
export const MESSAGE_STATUS_QUERY = 'messageStatus';

/** Queue of the message workflows when a worker of ours carries them. A user's own worker uses its own queue. */
export const DEFAULT_TASK_QUEUE = 'sinch-messages';

/** Search attributes, all of type Keyword. Never a phone number: the server does not encrypt them. */
export const SEARCH_ATTRIBUTE = {
  projectId: 'SinchProjectId',
  campaignId: 'SinchCampaignId',
  integrationId: 'SinchIntegrationId',
  country: 'SinchCountry',
  status: 'SinchStatus',
} as const;

/** Value of the `SinchStatus` search attribute while the message has no final outcome. */
export const OPEN_STATUS = 'open';

/** Its value while the message is held: Sinch may have it, and it is not sent again. */
export const HELD_STATUS = 'held';

/**
 * The queue of a plan's sends. The rate limit belongs to the plan, so everybody who sends through the plan shares it.
 */
export function sendQueueOf(servicePlanId: string): string {
  return `sinch-plan-${servicePlanId}`;
}

/** The one hold of a plan. */
export function holdWorkflowIdOf(servicePlanId: string): string {
  return `sinch-hold/${servicePlanId}`;
}

/** The one export of a project. */
export function exportWorkflowIdOf(projectId: string): string {
  return `sinch-export/${projectId}`;
}

/** The one schedule of a plan's sweeps; the workflows that it starts have ids that begin so. */
export function sweepScheduleIdOf(servicePlanId: string): string {
  return `sinch-sweep/${servicePlanId}`;
}

/** The one sweep over a plan's whole report window that may run at a time, beside those of the schedule. */
export function deepSweepWorkflowIdOf(servicePlanId: string): string {
  return `${sweepScheduleIdOf(servicePlanId)}/deep`;
}

/** A sweep that somebody of a project asked for. */
export function sweepWorkflowIdOf(sweep: { servicePlanId: string; projectId: string; sweepId: string }): string {
  return `${sweepScheduleIdOf(sweep.servicePlanId)}/${sweep.projectId}/${sweep.sweepId}`;
}
