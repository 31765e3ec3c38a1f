import express, { type Express } from 'express';
import { createNodeListener, type Webhook } from 'temporal-sinch/webhook';

/** An application of Express 5 that takes Sinch's callbacks; `webhook` is that of webhook.ts. */
export function createExpressApp(webhook: Webhook): Express {
  const app = express();
  // Before any body parser: signatures are made over the raw bytes.
  app.use('/webhooks/sinch', createNodeListener(webhook));
  app.use(express.json());
  app.get('/healthz', (_request, response) => void response.json({ ok: true }));
  return app;
}
