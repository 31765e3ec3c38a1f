// In your project: `import express from 'express';`
import express, { type Express } from 'express4';
import { createNodeListener, type Webhook } from 'temporal-sinch/webhook';

/** An application of Express 4 that takes Sinch's callbacks; `webhook` is that of webhook.ts. */
export function createExpress4App(webhook: Webhook): Express {
  const app = express();
  // Before any body parser: signatures are made over the raw bytes.
  app.use('/webhooks/sinch', createNodeListener(webhook));
  app.use(express.json());
  app.get('/healthz', (_request, response) => void response.json({ ok: true }));
  return app;
}
