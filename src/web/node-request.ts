import type { IncomingMessage } from 'node:http';
import { type KeptBody, keptBodyOf } from './kept-body.ts';
import { pathnameOf } from './pathname-of.ts';

/** What frameworks add to a request, each of them some of it. */
export interface FrameworkRequest {
  /** The request target before a mount took its prefix off. */
  originalUrl?: unknown;
  rawBody?: unknown;
  body?: unknown;
}

/** The host is not read: any will do. */
const ORIGIN = 'http://localhost';

/** Methods that `Request` refuses. They have no body that anybody would read. */
const REFUSED_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** A request of Node.js as the web standard has it, with what its framework knows of it beside. */
export class NodeRequest extends Request {
  /** The path below the mount of its framework, where there is one. */
  readonly mountedPath: string;
  /** Whether it had a body, and that was read before it came here. */
  readonly isBodyTaken: boolean;
  readonly #sources: readonly FrameworkRequest[];

  /**
   * @param framework the framework's own request, where that is not Node's
   * @param signal aborted when the caller goes
   */
  constructor(incoming: IncomingMessage, framework: FrameworkRequest, signal: AbortSignal) {
    const method = incoming.method ?? 'GET';
    const sources: readonly FrameworkRequest[] = [framework, incoming as FrameworkRequest];
    const url = incoming.url ?? '/';
    const whole = sources.map(({ originalUrl }) => originalUrl).find((each) => typeof each === 'string') ?? url;
    const wasRead = incoming.readableDidRead || incoming.destroyed;
    const hasBody = method !== 'GET' && method !== 'HEAD' && !REFUSED_METHODS.has(method) && !wasRead;
    super(`${ORIGIN}${targetOf(whole)}`, {
      method: REFUSED_METHODS.has(method) ? 'GET' : method,
      headers: headersOf(incoming),
      signal,
      ...(hasBody ? { body: bodyOf(incoming), duplex: 'half' } : {}),
    });
    if (REFUSED_METHODS.has(method)) Object.defineProperty(this, 'method', { value: method });
    this.#sources = sources;
    this.mountedPath = pathnameOf(url);
    this.isBodyTaken = wasRead && mayHaveBody(incoming);
  }

  /** What the framework kept of a body that it read. */
  keptBody(): KeptBody | undefined {
    return keptBodyOf(this.#sources, this.headers);
  }
}

/** Of HTTP/1.1 the headers say whether there is a body; of HTTP/2 they need not. */
function mayHaveBody({ headers, httpVersionMajor }: IncomingMessage): boolean {
  return (
    httpVersionMajor >= 2 || headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  );
}

/** Path and query, of a target in absolute form too; `*` means the server as a whole. */
function targetOf(url: string): string {
  if (url === '*') return '/';
  const query = /\?[^#]*/.exec(url)?.[0] ?? '';
  return `${pathnameOf(url)}${query}`;
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    // Those of HTTP/2 that are no headers.
    if (name.startsWith(':')) continue;
    try {
      headers.append(name, value);
    } catch {
      // A server that was told to be lenient lets pass what no header can be. We know none such.
    }
  }
  return headers;
}

/**
 * The body as a stream that reads nothing before it is asked, and leaves the connection alone when it is given up: an
 * answer has to go over it yet.
 */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let leave: () => void = () => undefined;
  let isAttached = false;

  function attach(controller: ReadableStreamDefaultController<Uint8Array>): void {
    isAttached = true;
    if (incoming.readableEnded || incoming.destroyed) {
      controller.error(new Error('The body is not to be had any more'));
      return;
    }
    const onData = (chunk: Buffer | string): void => {
      incoming.pause();
      controller.enqueue(typeof chunk === 'string' ? Buffer.from(chunk, incoming.readableEncoding ?? 'utf8') : chunk);
    };
    const onEnd = (): void => {
      leave();
      controller.close();
    };
    const onBroken = (cause?: unknown): void => {
      leave();
      controller.error(new Error('The connection broke before the end of the body', { cause }));
    };
    leave = () => {
      incoming.off('data', onData).off('end', onEnd).off('close', onBroken).off('error', onBroken);
      // Whoever listens to no error is ended by it.
      incoming.on('error', () => undefined);
    };
    incoming.on('data', onData).on('end', onEnd).on('close', onBroken).on('error', onBroken);
  }

  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (!isAttached) attach(controller);
        incoming.resume();
      },
      cancel: () => leave(),
    },
    { highWaterMark: 0 },
  );
}
