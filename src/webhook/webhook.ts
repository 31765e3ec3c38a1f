import {
  type CallbackTarget,
  maskCallbackPath,
  parseCallbackPath,
  parseMountedPath,
} from '../contract/callback-path.ts';
import { NodeRequest, pathnameOf } from '../web/index.ts';
import { notFound } from './answers.ts';
import { createDeliveryReportHandler, type DeliveryReportHandlerDeps } from './delivery-report-handler.ts';
import { createObservers, UNKNOWN_INTEGRATION, WEBHOOK_COUNTER } from './observers.ts';
import { leaveUnread } from './read-body.ts';

/** Answers Sinch's callbacks. Never throws. */
export type Webhook = (request: Request) => Promise<Response>;

/**
 * The webhook as one function from a request to its response, at `/webhooks/sinch/{integrationId}[/{secret}]` below
 * whatever path its host has it under; also where a mount takes that path off, so that `/{integrationId}[/{secret}]` is
 * left. Other paths are answered 404.
 *
 * Next and Hono take it as it is (`app.all('/webhooks/sinch/*', (c) => webhook(c.req.raw))`); for Node.js alone, Express,
 * Fastify, Koa and Nest `createNodeListener(webhook)` makes a Node listener of it. Mount it before any body parser:
 * signatures are made over the raw bytes.
 * @throws TypeError where an option is wrong.
 */
export function createWebhook(deps: DeliveryReportHandlerDeps): Webhook {
  const handle = createDeliveryReportHandler(deps);
  const observers = createObservers(deps.log, deps.counters);

  /** The first one whose integration there is, else the likeliest. */
  async function choose(targets: readonly CallbackTarget[]): Promise<CallbackTarget | undefined> {
    if (targets.length > 1) {
      for (const target of targets) {
        // Where settings are away, the handler finds that out too, and answers so.
        if (await deps.settings.integration(target.integrationId).catch(() => undefined)) return target;
      }
    }
    return targets[0];
  }

  return async (request) => {
    const paths = pathsOf(request);
    const target =
      paths.map(parseCallbackPath).find((found) => found !== undefined) ??
      (await choose(parseMountedPath(paths[0] ?? '/')));
    if (target !== undefined) return handle(request, target);
    observers.warn(
      { method: request.method, path: maskCallbackPath(paths.at(-1) ?? '/') },
      'A request came to the webhook at a path that names no integration, and was answered 404. If Sinch called: it does not repeat it, and the path has to be /webhooks/sinch/{integration}[/{secret}], below any path of yours.',
    );
    observers.count(WEBHOOK_COUNTER.answers, { integrationId: UNKNOWN_INTEGRATION, status: '404' });
    await leaveUnread(request);
    return notFound();
  };
}

/** What its host went by first, then the path as the caller sent it. */
function pathsOf(request: Request): string[] {
  const whole = pathnameOf(request.url);
  return request instanceof NodeRequest ? [request.mountedPath, whole] : [whole];
}
