import { lookup as systemLookup } from 'node:dns';
import { buildConnector, type Dispatcher, Pool } from 'undici';
import { guardedConnector, type GuardedConnectorOptions } from './guarded-connector.ts';
import { HostNotAllowedError } from './host-not-allowed.ts';
import type { Proxies, Proxy } from './proxies.ts';
import { ProxyError } from './proxy-error.ts';
import { openTunnel } from './tunnel.ts';

/** How connections to one host are made and kept. */
export interface GuardedPoolOptions extends GuardedConnectorOptions {
  /** By which proxy the host is reached. @default by none */
  proxies?: Proxies | undefined;
  /** What undici's pool takes beside. */
  pool: Omit<Pool.Options, 'connect'>;
}

/**
 * The connections to one host: to allowed hosts alone, by a proxy too. Of a host of https a proxy only opens the way
 * (CONNECT); TLS is spoken with the host itself, and nothing counts as written before. To one of http the proxy passes
 * requests on. The proxy itself may be anywhere.
 */
export function guardedPool(origin: string, options: GuardedPoolOptions): Dispatcher {
  const { proxies, pool, ...connecting } = options;
  const target = new URL(origin);
  const proxy = proxies?.for(target);
  if (!proxy) return new Pool(origin, { ...pool, connect: guardedConnector(connecting) });
  if (target.protocol === 'https:') {
    return new Pool(origin, { ...pool, connect: tunnelling(target, proxy, connecting) });
  }
  const passing = new Pool(proxy.url.origin, { ...pool, connect: passingOn(target, proxy, connecting) });
  return passing.compose((dispatch) => (request, handler) => {
    const headers = request.headers as Record<string, string>;
    const { authorization } = proxy;
    return dispatch(
      {
        ...request,
        origin: proxy.url.origin,
        path: target.origin + request.path,
        headers: {
          ...headers,
          host: target.host,
          ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
        },
      },
      handler,
    );
  });
}

function tunnelling(target: URL, proxy: Proxy, options: GuardedConnectorOptions): buildConnector.connector {
  const { timeoutMs } = options;
  const speakTls = buildConnector({ timeout: timeoutMs, allowH2: false });
  const host = `${target.hostname}:${target.port || '443'}`;
  return (asked, callback) => {
    judge(target.hostname, options, (notAllowed) => {
      if (notAllowed) return callback(notAllowed, null);
      openTunnel({ proxy, target: host, timeoutMs }, (failed, httpSocket) => {
        if (httpSocket) speakTls({ ...asked, httpSocket }, callback);
        else callback(failed, null);
      });
    });
  };
}

function passingOn(target: URL, proxy: Proxy, options: GuardedConnectorOptions): buildConnector.connector {
  const connect = buildConnector({ timeout: options.timeoutMs, allowH2: false });
  return (asked, callback) => {
    judge(target.hostname, options, (notAllowed) => {
      if (notAllowed) return callback(notAllowed, null);
      connect(asked, (error, socket) => {
        if (socket) callback(null, socket);
        else callback(new ProxyError(proxy.name, target.host, codeOf(error)), null);
      });
    });
  };
}

/**
 * Tells whether a proxy may be asked for the host: `HostNotAllowedError` or the error of the name service, or none. The
 * proxy looks the name up by itself, so that all that it stands for here has to be allowed, and a name that is not known
 * here is refused where it is not known to be one of the internet.
 */
function judge(
  hostname: string,
  { rules, lookUp = systemLookup }: GuardedConnectorOptions,
  done: (error?: Error) => void,
): void {
  if (!rules.allowsHost(hostname)) return done(new HostNotAllowedError(hostname));
  if (rules.needsNoLookUp(hostname)) return done();
  lookUp(hostname, { all: true }, (error, addresses) => {
    if (error) return done(error);
    const areAllowed = addresses.every(({ address }) => rules.allowsAddress(hostname, address));
    done(addresses.length > 0 && areAllowed ? undefined : new HostNotAllowedError(hostname));
  });
}

function codeOf(error: Error | null): string {
  const code = error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'no connection';
}
