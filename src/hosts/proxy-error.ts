/** A proxy opened no way to the host, so that nothing was sent to it. The message names the proxy without its credentials. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code = 'proxy_failed';
  /** HTTP status of the proxy's answer; absent where none came. */
  readonly statusCode?: number;

  constructor(proxy: string, target: string, why: number | string) {
    const said = typeof why === 'number' ? `HTTP ${why}` : why;
    const advice =
      why === 407
        ? 'it demands credentials: give them in the address of the proxy'
        : 'see whether it runs, and whether it lets this host through';
    super(`The proxy ${proxy} opened no way to ${target} (${said}); ${advice}`);
    if (typeof why === 'number') this.statusCode = why;
  }
}
