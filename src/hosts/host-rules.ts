/**
 * Which hosts may be reached. Admins of projects, and who renders a scenario step, write addresses that we or Sinch then
 * call: without a rule they could have our network's own services called.
 */
import ipaddr from 'ipaddr.js';

/**
 * Hosts of this machine and of private networks that may be reached all the same: `true` for all, or a list of names,
 * addresses and networks such as `sinch-proxy.internal`, `10.1.2.3`, `10.1.0.0/16`. A name that is listed may stand for
 * any address. Not for what an admin of a project could name and should not reach: the list holds for all projects.
 */
export type AllowPrivateHosts = boolean | readonly string[];

/** This machine by all its names: for what runs on one machine, as the simulator does. */
export const LOOPBACK_HOSTS: readonly string[] = Object.freeze(['localhost', '127.0.0.0/8', '::1']);

/** Tells which hosts may be reached. */
export interface HostRules {
  /**
   * Whether the host may be asked for, as far as its own spelling tells: a name may still stand for an address that
   * may not be reached.
   * @param hostname as `URL` has it: decimal, octal and hexadecimal spellings of an address are one there.
   */
  allowsHost(hostname: string): boolean;
  /** Whether a connection may be made to an address that the host's name stands for. */
  allowsAddress(hostname: string, address: string): boolean;
  /**
   * Whether no address that the host's name may stand for could change the answer of `allowsHost`: it is an address, it
   * is listed, or it belongs to Sinch or the engagement platform.
   */
  needsNoLookUp(hostname: string): boolean;
}

type Address = ReturnType<typeof ipaddr.parse>;

/** Names that no public name service answers for (RFC 6761, 6762, 8375; .internal by ICANN), and what sits in such networks. */
const LOCAL_NAME = /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa)$/;

/** Whose names stand for hosts of the internet alone: behind a proxy, a network may know no names of the internet. */
const NAME_OF_THE_INTERNET = /(?:^|\.)(?:sinch|exponea|bloomreach)\.com$/;

/** What IANA gives out as addresses of the internet; the rest of IPv6 is special or not given out. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/** An IPv4 address as IPv6 networks without IPv4 reach it (RFC 6052). */
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');

/**
 * Makes the rules.
 * @param allowPrivateHosts beside the hosts of the internet. @default false
 * @throws TypeError for a list with what is neither a name nor an address nor a network.
 */
export function createHostRules(allowPrivateHosts: AllowPrivateHosts = false): HostRules {
  const listed = typeof allowPrivateHosts === 'boolean' ? [] : allowPrivateHosts.map(parseEntry);
  const names = new Set(listed.filter((entry) => typeof entry === 'string'));
  const networks = listed.filter((entry) => typeof entry !== 'string');

  const isReachable = (address: Address): boolean =>
    allowPrivateHosts === true || isOnTheInternet(address) || networks.some((network) => isWithin(address, network));

  const rules: HostRules = {
    allowsHost(hostname) {
      if (allowPrivateHosts === true) return true;
      const host = bareHost(hostname);
      const address = addressOf(host);
      if (address !== undefined) return isReachable(address);
      // No name service answers for a name with an empty part; one that looks past it would find this machine.
      if (host.split('.').includes('')) return false;
      // A name without a dot is one of a private network.
      return names.has(host) || (host.includes('.') && !LOCAL_NAME.test(host));
    },
    allowsAddress(hostname, text) {
      if (allowPrivateHosts === true || names.has(bareHost(hostname))) return true;
      const address = addressOf(text);
      return address !== undefined && isReachable(address);
    },
    needsNoLookUp(hostname) {
      const host = bareHost(hostname);
      return (
        allowPrivateHosts === true ||
        names.has(host) ||
        addressOf(host) !== undefined ||
        NAME_OF_THE_INTERNET.test(host)
      );
    },
  };
  return rules;
}

function isOnTheInternet(address: Address): boolean {
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast';
  if (isWithin(address, NAT64)) return isOnTheInternet(new ipaddr.IPv4(address.toByteArray().slice(12)));
  return isWithin(address, GLOBAL_IPV6) && address.range() === 'unicast';
}

/** The address that the text is, IPv4 as itself where IPv6 spells it; `undefined` for a name. */
function addressOf(text: string): Address | undefined {
  // Only the usual spellings: the others `URL` has made usual, and an address from the name service is.
  const bare = text.replace(/%.*$/, '');
  if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare)) return undefined;
  return ipaddr.process(bare);
}

/** Lower case, without the brackets of IPv6 and the dot that ends a full name. */
function bareHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

function isWithin(address: Address, [network, bits]: readonly [Address, number]): boolean {
  return address.kind() === network.kind() && address.match([network, bits] as never);
}

/** @returns a name, or a network, which a single address is too. */
function parseEntry(entry: string): string | [Address, number] {
  const host = bareHost(entry.trim());
  const address = addressOf(host);
  if (address !== undefined) return [address, address.kind() === 'ipv4' ? 32 : 128];
  if (ipaddr.isValidCIDR(host)) return ipaddr.parseCIDR(host);
  if (/^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?$/.test(host)) return host;
  throw new TypeError(
    `allowPrivateHosts has to be true, false, or a list of names, addresses and networks without scheme and port, such as "10.1.0.0/16"; received ${JSON.stringify(entry.slice(0, 80))} in it.`,
  );
}
