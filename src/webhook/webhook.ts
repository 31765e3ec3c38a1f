import { parseCallbackPath } from '../contract/callback-path.ts';
import { notFound } from './answers.ts';
import { createDeliveryReportHandler, type DeliveryReportHandlerDeps } from './delivery-report-handler.ts';

/** Answers Sinch's callbacks. Never throws. */
export type Webhook = (request: Request) => Promise<Response>;

/**
 * The webhook as one function from a request to its response, at `/webhooks/sinch/{integrationId}[/{secret}]` below
 * whatever path its host has it under.
 *
 * Next and Hono take it as it is (`app.post('/webhooks/sinch/*', (c) => webhook(c.req.raw))`); for Express and Fastify
 * `getRequestListener(webhook)` of `@hono/node-server` makes a Node listener of it. Mount it before any body parser:
 * signatures are made over the raw bytes.
 * @throws TypeError where an option is wrong.
 */
export function createWebhook(deps: DeliveryReportHandlerDeps): Webhook {
  const handle = createDeliveryReportHandler(deps);
  return async (request) => {
    const target = parseCallbackPath(new URL(request.url).pathname);
    return target === undefined ? notFound() : handle(request, target);
  };
}
