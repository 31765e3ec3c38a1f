import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import { createNodeListener, type Webhook } from 'temporal-sinch/webhook';

/** An application of Koa 3 that takes Sinch's callbacks; `webhook` is that of webhook.ts. */
export function createKoaApp(webhook: Webhook): Koa {
  const app = new Koa();
  const listener = createNodeListener(webhook);
  // Before the body parser: signatures are made over the raw bytes.
  app.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/webhooks/sinch/')) return next();
    ctx.respond = false;
    await listener(ctx.req, ctx.res, ctx.request);
  });
  app.use(bodyParser());
  app.use((ctx) => {
    ctx.body = { ok: true };
  });
  return app;
}
