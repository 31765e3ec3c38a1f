import { type KeptBody, NodeRequest } from '../web/index.ts';

/** A body as it is to be had. */
export type ReadBody =
  /** Its bytes, or what somebody who read it before has kept of it. */
  | ({ kind: 'read' } & KeptBody)
  /** There was one, by its headers, and somebody has read it before and kept nothing that will do. */
  | { kind: 'gone' }
  | { kind: 'too_large' };

/**
 * Reads a request's body as the bytes that were sent, since signatures are made over those and parsing and writing them
 * again changes them. Stops reading at the limit, also where the length was not declared beforehand.
 * @throws where the connection breaks, or `signal` ends the wait.
 */
export async function readBody(request: Request, maxBytes: number, signal: AbortSignal): Promise<ReadBody> {
  const ofNode = request instanceof NodeRequest ? request : undefined;
  const isTaken = request.bodyUsed || ofNode?.isBodyTaken === true || isLocked(request);
  if (!isTaken) {
    const bytes = await readStream(request, maxBytes, signal);
    if (bytes === 'too_large') return { kind: 'too_large' };
    // A server without a network behind it may have a body that it hands over by other ways than the stream.
    if (bytes.byteLength > 0 || !declaresBody(request)) return { kind: 'read', bytes, form: 'raw' };
  }
  const kept = ofNode?.keptBody();
  if (kept === undefined) return { kind: 'gone' };
  return kept.bytes.byteLength > maxBytes ? { kind: 'too_large' } : { kind: 'read', ...kept };
}

const EMPTY = new Uint8Array(0);

async function readStream(request: Request, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | 'too_large'> {
  const stream = streamOf(request);
  if (stream === 'hidden') return readWhole(request, maxBytes, signal);
  const reader = stream?.getReader();
  if (reader === undefined) return EMPTY;

  const stop = (): void => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const { done, value } = await reader.read();
      // A cancelled reader reports the end of the body, which it is not.
      signal.throwIfAborted();
      if (done) return Buffer.concat(chunks, length);
      length += value.byteLength;
      if (length > maxBytes) {
        await reader.cancel();
        return 'too_large';
      }
      chunks.push(value);
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * The stream of a body. `hidden` where its server cannot make it: `@hono/node-server` makes a URL of the header `Host`
 * first, which `web.1` and its like are not good for.
 */
function streamOf(request: Request): ReadableStream<Uint8Array> | null | 'hidden' {
  try {
    return request.body;
  } catch {
    return 'hidden';
  }
}

/** Without a stream there is no stopping half way, so only of what says beforehand that it is small. */
async function readWhole(request: Request, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const { headers } = request;
  if (headers.has('transfer-encoding') || !(declaredLength(request) <= maxBytes)) {
    throw new TypeError(
      'The body does not tell its length, and the server in front cannot read it piece by piece: its request has a URL that is none. Is the header Host that of a name such as web.1?',
    );
  }
  const whole = request.arrayBuffer();
  const ended = new Promise<never>((_, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  return new Uint8Array(await Promise.race([whole, ended]));
}

function isLocked(request: Request): boolean {
  const stream = streamOf(request);
  return stream !== 'hidden' && stream?.locked === true;
}

/** Whether the request's headers say that it has a body. */
function declaresBody(request: Request): boolean {
  const { headers } = request;
  return declaredLength(request) > 0 || headers.has('transfer-encoding');
}

/** The length that the request declares, in bytes; 0 where it declares none. */
export function declaredLength(request: Request): number {
  return Number(request.headers.get('content-length') ?? 0);
}

/** Leaves a body unread: its stream is ended, so that whoever serves the connection may skip what is left. */
export async function leaveUnread(request: Request): Promise<void> {
  const stream = streamOf(request);
  if (stream === 'hidden' || stream?.locked === true) return;
  await stream?.cancel().catch(() => undefined);
}
