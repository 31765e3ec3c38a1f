/**
 * Workflows that the plugin adds to a worker, and nothing else: this list is what the plugin merges with the user's own,
 * and what it looks for in a bundle. Re-export them from a workflows file of your own where you prefer that.
 */
export { exportCampaignEvents } from './export-campaign-events.ts';
export { holdPlan } from './hold-plan.ts';
export { sendMessage } from './send-message.ts';
export { sweepDeliveryReports } from './sweep-delivery-reports.ts';
