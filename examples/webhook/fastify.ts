import fastify, { type FastifyInstance } from 'fastify';
import { createNodeListener, type Webhook } from 'temporal-sinch/webhook';

/** An application of Fastify 5 that takes Sinch's callbacks; `webhook` is that of webhook.ts. */
export function createFastifyApp(webhook: Webhook): FastifyInstance {
  const app = fastify();
  const listener = createNodeListener(webhook);
  // A scope of its own, so that the parsers of the other routes stay.
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // The body is left unread: signatures are made over the raw bytes.
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    scope.all('/webhooks/sinch/*', async (request, reply) => {
      reply.hijack();
      await listener(request.raw, reply.raw, request);
    });
    done();
  });
  app.get('/healthz', () => ({ ok: true }));
  return app;
}
