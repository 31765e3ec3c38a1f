/** Which proxy a host is reached by, as the variables of the environment say that other programs go by as well. */
import ipaddr from 'ipaddr.js';

/** Addresses of proxies, and the hosts that are reached without one. */
export interface ProxySettings {
  /** For hosts of https, such as `http://proxy.internal:3128`, with user and password where it demands them. @default `http` */
  https?: string;
  /** For hosts of http. @default none */
  http?: string;
  /**
   * Hosts that are reached without a proxy, by commas or blanks: `*`, or names, which are those of their subdomains too,
   * addresses and networks, with or without a port.
   * @default none
   */
  none?: string;
}

/** A proxy, and how it is spoken to. */
export interface Proxy {
  url: URL;
  /** Host and port, without the credentials. */
  name: string;
  /** Value of `Proxy-Authorization`; absent where there are no credentials. */
  authorization?: string;
}

/** The proxies of a process. */
export interface Proxies {
  /** The proxy by which the host is reached; `undefined` where there is none between. */
  for(target: URL): Proxy | undefined;
}

/** What `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` of an environment say, in lower case as in upper. */
export function proxySettingsOf(environment: Readonly<Record<string, string | undefined>>): ProxySettings {
  // The spelling in lower case goes first, as it does with curl and undici.
  const value = (name: string): string | undefined => environment[name.toLowerCase()] || environment[name] || undefined;
  const [https, http, none] = [value('HTTPS_PROXY'), value('HTTP_PROXY'), value('NO_PROXY')];
  return {
    ...(https === undefined ? {} : { https }),
    ...(http === undefined ? {} : { http }),
    ...(none === undefined ? {} : { none }),
  };
}

/** @throws TypeError where the address of a proxy is none; it does not hold the address, which may hold a password. */
export function createProxies(settings: ProxySettings = {}): Proxies {
  const http = settings.http === undefined ? undefined : parseProxy('http', settings.http);
  const https = settings.https === undefined ? http : parseProxy('https', settings.https);
  const exceptions = (settings.none ?? '').split(/[,\s]+/).filter((entry) => entry !== '');
  return {
    for(target) {
      const proxy = target.protocol === 'https:' ? https : http;
      return proxy && !exceptions.some((entry) => isMeant(entry, target)) ? proxy : undefined;
    },
  };
}

function parseProxy(option: string, address: string): Proxy {
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(address) ? address : `http://${address}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '' || !/^\/?$/.test(url.pathname) || url.search) {
    throw new TypeError(
      `The proxy for ${option} has to be an address such as http://proxy.internal:3128, with http or https, and with user and password where the proxy demands them`,
    );
  }
  const name = url.host;
  if (url.username === '' && url.password === '') return { url, name };
  const credentials = `${decoded(url.username)}:${decoded(url.password)}`;
  return { url, name, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** A `%` that encodes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isMeant(entry: string, target: URL): boolean {
  if (entry === '*') return true;
  const [, bracketed, plain = entry, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
  const expected = (bracketed ?? plain)
    .toLowerCase()
    .replace(/^\*?\./, '')
    .replace(/\.$/, '');
  const actual = target.port || (target.protocol === 'https:' ? '443' : '80');
  if (port !== undefined && port !== actual) return false;
  const host = target.hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  if (host === expected || host.endsWith(`.${expected}`)) return true;
  if (!ipaddr.isValid(host)) return false;
  if (ipaddr.isValid(expected)) return ipaddr.process(host).toString() === ipaddr.process(expected).toString();
  if (!ipaddr.isValidCIDR(expected)) return false;
  const address = ipaddr.process(host);
  const [network, bits] = ipaddr.parseCIDR(expected);
  return address.kind() === network.kind() && address.match([network, bits] as never);
}
