import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Submission } from '../../src/sinch/index.ts';

/** A request as the host saw it. */
export interface SeenRequest {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Answers a request whose body has been read, or leaves it without an answer. */
export type Script = (request: SeenRequest, response: ServerResponse, socket: Socket) => void;

/** An HTTP host that does what the test says. */
export interface ScriptedHost extends AsyncDisposable {
  baseUrl: string;
  seen: SeenRequest[];
  script: Script;
  /** Resolves once so many requests have come in all. */
  waitForRequests(count: number): Promise<void>;
}

/** Starts a host on a free port of this machine; with a certificate it speaks TLS. */
export async function startHost(script: Script, tls?: { cert: string; key: string }): Promise<ScriptedHost> {
  const waiting: { count: number; resolve: () => void }[] = [];
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request: SeenRequest = {
        method: incoming.method ?? '',
        url: new URL(incoming.url ?? '', host.baseUrl),
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      host.seen.push(request);
      host.script(request, response, incoming.socket);
      for (const { count, resolve } of waiting) if (host.seen.length >= count) resolve();
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host: ScriptedHost = {
    baseUrl: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    seen: [],
    script,
    waitForRequests: (count) =>
      host.seen.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return host;
}

/** Answers everything the same way. */
export function answering(status: number, body = '', headers: Record<string, string> = {}): Script {
  return (_, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** Never answers. */
export const hanging: Script = () => {};

/** A port of this machine where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The clock of the tests. */
export const NOW = Date.parse('2026-11-24T10:00:00.000Z');

/** A text message, with what the test is about changed. */
export function submission(changes: Partial<Submission> = {}): Submission {
  return {
    clientReference: 'sinch/shop/order-1',
    recipient: '4915112345678',
    content: { kind: 'sms', text: 'Your order is on its way' },
    maxParts: 10,
    expireAt: '2026-11-25T10:00:00.000Z',
    ...changes,
  };
}
