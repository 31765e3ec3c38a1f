import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Proxy } from './proxies.ts';
import { ProxyError } from './proxy-error.ts';

/** What is asked of a proxy. */
export interface TunnelRequest {
  proxy: Proxy;
  /** `host:port` */
  target: string;
  timeoutMs: number;
}

/**
 * Has the proxy connect to a host (RFC 9110, 9.3.6).
 * @param done gets a socket that speaks to the host, which has not been sent a byte; or why there is none. Once.
 */
export function openTunnel(
  { proxy, target, timeoutMs }: TunnelRequest,
  done: (...end: [error: null, socket: Socket] | [error: ProxyError, socket: null]) => void,
): void {
  const { url, name, authorization } = proxy;
  const isTls = url.protocol === 'https:';
  const request = (isTls ? httpsRequest : httpRequest)({
    // `URL` keeps the brackets of IPv6, which no socket takes.
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
    method: 'CONNECT',
    path: target,
    agent: false,
    headers: { host: target, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) },
  });
  let ended = false;
  const fail = (why: number | string): void => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    request.destroy();
    done(new ProxyError(name, target, why), null);
  };
  const timer = setTimeout(() => fail('no answer in time'), timeoutMs);
  request.once('connect', ({ statusCode = 0 }, socket: Socket, head) => {
    // What goes wrong with the socket from here on, whoever has it by then hears.
    if (ended || statusCode < 200 || statusCode >= 300) {
      socket.on('error', () => undefined).destroy();
      return fail(statusCode);
    }
    ended = true;
    clearTimeout(timer);
    if (head.length > 0) socket.unshift(head);
    done(null, socket);
  });
  request.once('response', ({ statusCode = 0 }) => fail(statusCode));
  request.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.name));
  request.end();
}
