import { createServer, type Server } from 'node:http';
import { createNodeListener, type Webhook } from 'temporal-sinch/webhook';

/** A server of Node.js alone that takes Sinch's callbacks; `webhook` is that of webhook.ts. */
export function createNodeServer(webhook: Webhook): Server {
  const listener = createNodeListener(webhook);
  return createServer((incoming, outgoing) => void listener(incoming, outgoing));
}
