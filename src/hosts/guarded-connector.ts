import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { HostNotAllowedError } from './host-not-allowed.ts';
import type { HostRules } from './host-rules.ts';

/** Asks what addresses a name stands for. */
export type LookUp = (
  hostname: string,
  options: { all: true; family?: number; hints?: number },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/** How connections are made. */
export interface GuardedConnectorOptions {
  rules: HostRules;
  /** How long connecting may take, TLS included, in milliseconds. */
  timeoutMs: number;
  /** @default the system's name service */
  lookUp?: LookUp;
}

/**
 * Makes the connections of an undici pool, to allowed hosts alone. The addresses that are judged are those that are then
 * connected to: a name that stands for another address a moment later gains nothing. It fails with `HostNotAllowedError`,
 * and then not a byte was sent.
 */
export function guardedConnector(options: GuardedConnectorOptions): buildConnector.connector {
  const { rules, timeoutMs, lookUp = systemLookup } = options;
  const connect = buildConnector({ timeout: timeoutMs, allowH2: false, lookup: guarded(rules, lookUp) });
  return (target, callback) => {
    // The name service is not asked for what is an address already.
    if (rules.allowsHost(target.hostname)) connect(target, callback);
    else callback(new HostNotAllowedError(target.hostname), null);
  };
}

function guarded(rules: HostRules, lookUp: LookUp): LookupFunction {
  return (hostname, { all, family, hints }, callback) => {
    const asked = {
      all: true as const,
      ...(typeof family === 'number' ? { family } : {}),
      ...(hints === undefined ? {} : { hints }),
    };
    lookUp(hostname, asked, (error, addresses) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => rules.allowsAddress(hostname, address));
      const [first] = allowed;
      if (first === undefined) return callback(new HostNotAllowedError(hostname), []);
      if (all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
