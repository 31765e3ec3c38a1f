/** Workflows that the plugin adds to a worker. Re-export them from a workflows file of your own where you prefer that. */
export { sendMessage } from './send-message.ts';
