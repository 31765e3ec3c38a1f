/** What a bundle has that was made for an earlier version. The default takes every type that is missing. */
export { exportCampaignEvents, sendMessage } from '../../../src/workflows/index.ts';
export { default } from './own-workflows.ts';
