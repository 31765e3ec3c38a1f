import { Hono } from 'hono';
import type { Webhook } from 'temporal-sinch/webhook';

/** An application of Hono that takes Sinch's callbacks, on any of its platforms; `webhook` is that of webhook.ts. */
export function createHonoApp(webhook: Webhook): Hono {
  const app = new Hono();
  // Before whatever reads bodies: signatures are made over the raw bytes.
  app.all('/webhooks/sinch/*', (context) => webhook(context.req.raw));
  app.get('/healthz', (context) => context.json({ ok: true }));
  return app;
}
