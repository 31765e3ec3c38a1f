import type { Dispatcher } from 'undici';
import { type AllowPrivateHosts, createHostRules, createProxies, type ProxySettings } from '../hosts/index.ts';
import type { Integration } from '../settings/index.ts';
import type { SinchClient } from './client.ts';
import { createSinchClient, type SinchClientOptions } from './create-sinch-client.ts';
import { createPlanPool, DEFAULT_CONNECT_TIMEOUT_MS, DEFAULT_CONNECTIONS } from './plan-pool.ts';
import { positiveInteger } from './positive-integer.ts';

/** Options of {@link createSinchClients}. */
export interface SinchClientsOptions extends Pick<SinchClientOptions, 'submitTimeoutMs' | 'lookupTimeoutMs' | 'now'> {
  /** Most connections to one plan. @default DEFAULT_CONNECTIONS */
  connections?: number;
  /** How long connecting may take, TLS included, in milliseconds. @default DEFAULT_CONNECT_TIMEOUT_MS */
  connectTimeoutMs?: number;
  /**
   * Hosts of this machine and of private networks that integrations may have; see `AllowPrivateHosts`. A request to another
   * one is not made, and is a fault of the integration.
   * @default false: those of the internet alone
   */
  allowPrivateHosts?: AllowPrivateHosts;
  /**
   * Proxies by which hosts are reached: `proxySettingsOf(process.env)` for those of `HTTPS_PROXY`, `HTTP_PROXY` and
   * `NO_PROXY`. `allowPrivateHosts` holds for the hosts behind them, and not for the proxies.
   * @default none
   */
  proxies?: ProxySettings;
}

/** The clients of a process and their connections. */
export interface SinchClients extends AsyncDisposable {
  /**
   * The client for an integration as it is now: a changed token holds at once. Integrations of the same plan share its
   * connections, and no two plans share any: one that hangs takes none of another's.
   * @throws TypeError where the base URL is none; Error after `close`.
   */
  for: (integration: Pick<Integration, 'baseUrl' | 'servicePlanId' | 'apiToken'>) => SinchClient;
  /** Waits for the requests that are under way, each of which has its deadline, and ends the connections. */
  close(): Promise<void>;
}

/**
 * Makes the clients of all integrations of a process.
 * @throws TypeError where an option is wrong.
 */
export function createSinchClients(options: SinchClientsOptions = {}): SinchClients {
  const {
    connections = DEFAULT_CONNECTIONS,
    connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS,
    allowPrivateHosts,
    proxies: proxySettings,
    ...clientOptions
  } = options;
  positiveInteger('createSinchClients', 'connections', connections);
  positiveInteger('createSinchClients', 'connectTimeoutMs', connectTimeoutMs);
  const rules = createHostRules(allowPrivateHosts);
  const proxies = createProxies(proxySettings);
  const pools = new Map<string, Dispatcher>();
  let closing: Promise<void> | undefined;

  const poolOf = (baseUrl: string, servicePlanId: string): Dispatcher => {
    const key = JSON.stringify([baseUrl, servicePlanId]);
    const pool = pools.get(key) ?? createPlanPool(baseUrl, { connections, connectTimeoutMs, rules, proxies });
    pools.set(key, pool);
    return pool;
  };

  const clients: SinchClients = {
    for({ baseUrl, servicePlanId, apiToken }) {
      if (closing !== undefined) {
        throw new Error(
          `The connections to Sinch are closed: no request can be made for service plan ${servicePlanId}`,
        );
      }
      return createSinchClient({
        ...clientOptions,
        baseUrl,
        servicePlanId,
        apiToken,
        dispatcher: poolOf(baseUrl, servicePlanId),
      });
    },
    close() {
      closing ??= Promise.all([...pools.values()].map((pool) => pool.close())).then(() => undefined);
      return closing;
    },
    [Symbol.asyncDispose]: () => clients.close(),
  };
  return clients;
}
