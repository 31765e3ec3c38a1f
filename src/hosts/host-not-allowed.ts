/** What to do about a host that is not allowed; follows the name of what holds it. */
export const HOST_NOT_ALLOWED =
  'has to be on the internet: addresses and names of this machine or of a private network need to be allowed by configuration (`allowPrivateHosts`, or ALLOW_PRIVATE_HOSTS of worker and server)';

/** No connection was made: its host, or an address that the host's name stands for, may not be reached. */
export class HostNotAllowedError extends Error {
  override readonly name = 'HostNotAllowedError';
  readonly code = 'host_not_allowed';

  /** @param hostname as it was asked for; which address its name stands for here is nobody else's business. */
  constructor(hostname: string) {
    super(`No connection was made to ${hostname}: the host ${HOST_NOT_ALLOWED}`);
  }
}
