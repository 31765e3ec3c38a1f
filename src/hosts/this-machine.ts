import ipaddr from 'ipaddr.js';

/** Whether a host, as `URL` has it, is this machine by its loopback names and addresses. */
export function isThisMachine(hostname: string): boolean {
  const host = hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  if (ipaddr.isValid(host)) return ipaddr.process(host).range() === 'loopback';
  return host === 'localhost' || host.endsWith('.localhost');
}
