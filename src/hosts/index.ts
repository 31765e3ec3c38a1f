export { guardedConnector, type GuardedConnectorOptions, type LookUp } from './guarded-connector.ts';
export { guardedPool, type GuardedPoolOptions } from './guarded-pool.ts';
export { HOST_NOT_ALLOWED, HostNotAllowedError } from './host-not-allowed.ts';
export { isThisMachine } from './this-machine.ts';
export { type AllowPrivateHosts, createHostRules, type HostRules, LOOPBACK_HOSTS } from './host-rules.ts';
export { createProxies, type Proxies, type ProxySettings, proxySettingsOf } from './proxies.ts';
export { ProxyError } from './proxy-error.ts';
