/**
 * Reads a request's body as the bytes that were sent, since signatures are made over those and parsing and writing them
 * again changes them. Stops reading at the limit, also where the length was not declared beforehand.
 *
 * @returns `undefined` where the body is larger than `maxBytes`.
 * @throws where the connection breaks, something else has read the body, or `signal` ends the wait.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (request.bodyUsed) {
    throw new TypeError(
      'The body of the callback has been read already, and its raw bytes are needed to authenticate it: mount the webhook before any body parser.',
    );
  }
  const reader = request.body?.getReader();
  if (reader === undefined) return new Uint8Array(0);

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
        return undefined;
      }
      chunks.push(value);
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The length that the request declares, in bytes; 0 where it declares none. */
export function declaredLength(request: Request): number {
  return Number(request.headers.get('content-length') ?? 0);
}

/** Leaves a body unread: its stream is ended, so that whoever serves the connection may skip what is left. */
export async function leaveUnread(request: Request): Promise<void> {
  await request.body?.cancel().catch(() => undefined);
}
