import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Proxy } from './proxies.ts';
import { ProxyError } from './proxy-error.ts';

/**
 * Has the proxy connect to a host (RFC 9110, 9.3.6). The socket then speaks to the host, which has not been sent a byte.
 * @param target `host:port`
 * @throws ProxyError
 */
export function openTunnel(proxy: Proxy, target: string, timeoutMs: number): Promise<Socket> {
  const { url, name, authorization } = proxy;
  const isTls = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (isTls ? httpsRequest : httpRequest)({
      // `URL` keeps the brackets of IPv6, which no socket takes.
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
      method: 'CONNECT',
      path: target,
      agent: false,
      headers: { host: target, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) },
    });
    const timer = setTimeout(() => request.destroy(new ProxyError(name, target, 'no answer in time')), timeoutMs);
    const fail = (why: number | string): void => {
      clearTimeout(timer);
      reject(new ProxyError(name, target, why));
    };
    request.once('connect', ({ statusCode = 0 }, socket: Socket, head) => {
      if (statusCode < 200 || statusCode >= 300) {
        socket.destroy();
        return fail(statusCode);
      }
      clearTimeout(timer);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('response', (response) => {
      response.destroy();
      fail(response.statusCode ?? 0);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (!(error instanceof ProxyError)) return fail(error.code ?? error.name);
      clearTimeout(timer);
      reject(error);
    });
    request.end();
  });
}
