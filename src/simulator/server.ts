import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, bare, json } from './answer.ts';

/** A request as the handlers see it. */
export interface IncomingRequest {
  method: string;
  /** Path and query as they came. */
  url: string;
  /** The decoded segments of the path. */
  path: readonly string[];
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Decoded from UTF-8. */
  body: string;
}

/** The listening half of the simulator. */
export interface SimulatorServer {
  /** The port that it listens on. */
  port: number;
  /** Stops listening and ends every connection, whatever it is waiting for. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
/**
 * Far longer than clients keep an idle connection. A server that is the first to close one may meet the next request on it,
 * and then nobody knows whether that was taken: on a busy machine that was seen now and then at 5 s.
 */
const KEEP_ALIVE_MS = 60_000;
/** 1,000 recipients with their parameters fit many times. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/**
 * Listens on 127.0.0.1, so that nobody outside the machine reaches it.
 *
 * @throws Error with the system's code, such as EADDRINUSE
 */
export async function startServer(
  port: number,
  handle: (request: IncomingRequest) => Promise<Answer>,
  onError: (error: unknown) => void,
): Promise<SimulatorServer> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, response) => {
    serve(incoming, response, handle).catch((error: unknown) => {
      // A client that goes away in the middle is nothing to tell anybody about.
      if (!incoming.errored) onError(error);
      if (response.headersSent) response.destroy();
      else write(response, bare(500));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  handle: (request: IncomingRequest) => Promise<Answer>,
): Promise<void> {
  const body = await readBody(incoming);
  if (body === undefined) return write(response, json(413, { error: 'The request body is too large' }));
  const target = parseTarget(incoming.url ?? '/');
  if (target === undefined) return write(response, json(400, { error: 'The request target is not a valid URL' }));
  const { method = 'GET', url = '/', headers } = incoming;
  write(response, await handle({ method, url, ...target, headers, body }));
}

async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

function parseTarget(url: string): { path: string[]; query: URLSearchParams } | undefined {
  try {
    const { pathname, searchParams } = new URL(url, `http://${HOST}`);
    return { path: pathname.slice(1).split('/').map(decodeURIComponent), query: searchParams };
  } catch {
    return undefined;
  }
}

function write(response: ServerResponse, answer: Answer): void {
  switch (answer.kind) {
    case 'hang':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'empty':
      response.writeHead(answer.status, { 'content-length': '0', ...answer.headers }).end();
      return;
    case 'text':
      response.writeHead(answer.status, { 'content-type': answer.contentType, ...answer.headers }).end(answer.body);
      return;
    case 'json':
      response
        .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
        .end(JSON.stringify(answer.body));
  }
}
