/**
 * The codec server of the stack's own web UI, which has no log-in: whoever may open the UI on this machine may read what
 * it shows, as without encryption. What is on disk stays encrypted.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseJson } from '../contract/json-text.ts';
import { reasonOf } from '../contract/reason.ts';
import { LARGEST_CODEC_BODY_BYTES, type PayloadEncryption, runCodec } from '../payload-encryption/index.ts';
import { createNodeListener, pathnameOf } from '../web/index.ts';

/** A codec server that nobody knows but the UI that is given its address. */
export interface UiCodec {
  /** With a secret in its path, made anew each time. */
  url: string;
  close(): Promise<void>;
}

/** Starts one on a free port of this machine. */
export async function startUiCodec(ip: string, { codec }: PayloadEncryption): Promise<UiCodec> {
  const secret = randomBytes(24).toString('base64url');

  async function answer(request: Request): Promise<Response> {
    const [, given = '', direction] = pathnameOf(request.url).split('/');
    if (!isSame(given, secret) || (direction !== 'encode' && direction !== 'decode')) {
      return new Response(null, { status: 404 });
    }
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: ANY_PAGE });
    if (Number(request.headers.get('content-length') ?? Infinity) > LARGEST_CODEC_BODY_BYTES) {
      return new Response(null, { status: 413, headers: ANY_PAGE });
    }
    try {
      // What it cannot read it does not repeat, as the parser's own words would.
      const body = parseJson(await request.text());
      if (!body.ok) throw new Error(`The body is not JSON: ${body.problem}`);
      return Response.json(await runCodec(codec, direction, body.value), { headers: ANY_PAGE });
    } catch (error) {
      const reason = reasonOf(error);
      return Response.json({ message: reason }, { status: 400, headers: ANY_PAGE });
    }
  }

  const listener = createNodeListener(answer);
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, ip);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.unref();
  return {
    url: `http://${ip}:${port}/${secret}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The path's secret proves that the page is the UI: its origin is 127.0.0.1 or localhost, as the person opened it. */
const ANY_PAGE = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': '*, Authorization',
};

function isSame(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}
