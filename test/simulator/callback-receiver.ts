import { type IncomingHttpHeaders, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A callback as it arrived. */
export interface ReceivedCallback {
  headers: IncomingHttpHeaders;
  raw: string;
  body: Record<string, unknown>;
}

/** A real HTTP server that takes callbacks. */
export interface CallbackReceiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly ReceivedCallback[];
  /** Resolves when so many callbacks have arrived, over the whole life of the receiver. */
  whenReceived(count: number): Promise<void>;
}

/** Starts a receiver; `answer` gives the status for the n-th callback (from 0), or `reset` to reset the connection. */
export async function startCallbackReceiver(
  answer: (index: number, callback: ReceivedCallback) => number | 'reset' = () => 200,
): Promise<CallbackReceiver> {
  const received: ReceivedCallback[] = [];
  let waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8');
      const callback = { headers: request.headers, raw, body: JSON.parse(raw) as Record<string, unknown> };
      const status = answer(received.push(callback) - 1, callback);
      if (status === 'reset') request.socket.resetAndDestroy();
      else response.writeHead(status).end();
      for (const waiter of waiting) if (received.length >= waiter.count) waiter.resolve();
      waiting = waiting.filter(({ count }) => received.length < count);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/reports`,
    received,
    whenReceived: (count) =>
      received.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
