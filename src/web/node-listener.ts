import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../contract/log.ts';
import { reasonOf } from '../contract/reason.ts';
import { type FrameworkRequest, NodeRequest } from './node-request.ts';

/** How long the rest of a body that nobody wants is taken, so that its connection can be used again, in milliseconds. */
const DISCARD_MS = 500;

/** How much of it, in bytes. */
const DISCARD_BYTES = 64 * 1024 * 1024;

/** A function of frameworks for what comes after, which is never called. */
type Next = (...args: never[]) => unknown;

/**
 * Answers requests of Node.js: of `createServer` of `node:http` as it is, and as a handler of Express and whatever else
 * has Node's request and response.
 *
 * A framework with requests of its own (Fastify, Koa) hands its own one over as the third argument: it may hold the body
 * that a parser has read, and the path before a mount. Resolves once the answer is written or its caller gone; never
 * rejects.
 */
export type NodeListener = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  framework?: FrameworkRequest | Next,
) => Promise<void>;

/** What is known of a request's connection. */
export interface Connection {
  incoming: IncomingMessage;
}

/**
 * Makes a Node listener of a function from a web-standard request to its response. The header `Host` is not read: the
 * request's URL has `localhost` in its place.
 * @param log where an `answer` that throws is told, after which the request is answered 503. @default nowhere
 */
export function createNodeListener(
  answer: (request: Request, connection: Connection) => Response | Promise<Response>,
  { log }: { log?: Pick<Log, 'error'> } = {},
): NodeListener {
  return async (incoming, outgoing, framework) => {
    const gone = new AbortController();
    outgoing.once('close', () => {
      if (!outgoing.writableFinished) gone.abort(new Error('The caller went before its answer'));
    });
    let response: Response;
    try {
      const beside = typeof framework === 'object' && framework !== null ? framework : {};
      response = await answer(new NodeRequest(incoming, beside, gone.signal), { incoming });
    } catch (error) {
      log?.error({ method: incoming.method, error: reasonOf(error) }, 'A request could not be answered');
      response = Response.json({ status: 503, code: 'unavailable' }, { status: 503 });
    }
    try {
      await write(response, outgoing);
    } catch (error) {
      log?.error({ method: incoming.method, error: reasonOf(error) }, 'An answer could not be written');
      outgoing.destroy();
    }
    await discardRest(incoming);
  };
}

/** Answers of ours are small, so they are written whole, with their length. */
async function write(response: Response, outgoing: ServerResponse): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  // Somebody else has answered meanwhile, or there is nobody any more.
  if (outgoing.headersSent || outgoing.destroyed) return;
  const isWithoutBody = response.status === 204 || response.status === 304;
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie') outgoing.setHeader(name, value);
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) outgoing.appendHeader('set-cookie', cookies);
  if (!isWithoutBody) outgoing.setHeader('content-length', body.length);
  const written = new AbortController();
  const { signal } = written;
  const end = Promise.race([once(outgoing, 'finish', { signal }), once(outgoing, 'close', { signal })]);
  outgoing.end(isWithoutBody ? undefined : body);
  try {
    await end;
  } finally {
    written.abort();
  }
}

/**
 * Takes what is left of a body that was not read to its end, as far as that is soon: a connection with something left in
 * it cannot take the next request.
 */
async function discardRest(incoming: IncomingMessage): Promise<void> {
  if (incoming.destroyed || incoming.readableEnded) return;
  if (incoming.complete) {
    incoming.resume();
    return;
  }
  let bytes = 0;
  const ended = new AbortController();
  const { signal } = ended;
  incoming.on('data', (chunk: Buffer | string) => {
    bytes += chunk.length;
    if (bytes > DISCARD_BYTES) incoming.destroy();
  });
  incoming.on('error', () => undefined);
  incoming.resume();
  await Promise.race([
    once(incoming, 'end', { signal }),
    once(incoming, 'close', { signal }),
    delay(DISCARD_MS, undefined, { signal, ref: false }),
  ]).catch(() => undefined);
  ended.abort();
  if (!incoming.readableEnded) incoming.destroy();
}
