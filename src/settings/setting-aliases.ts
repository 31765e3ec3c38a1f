/** What others call our settings, in lower case without separators; for `closestName`. */
export const SETTING_ALIASES: Readonly<Record<string, string>> = {
  rate: 'messagesPerSecond',
  throughput: 'messagesPerSecond',
  tps: 'messagesPerSecond',
  url: 'baseUrl',
  host: 'baseUrl',
  token: 'apiToken',
  plan: 'servicePlanId',
  provider: 'defaultIntegrationId',
  defaultprovider: 'defaultIntegrationId',
  integration: 'defaultIntegrationId',
  from: 'defaultSender',
  originator: 'defaultSender',
  event: 'eventName',
  secret: 'newCallbackSecret',
};
