import { type Settings, staticSettings } from '../../src/settings/index.ts';

/** The token of every integration here; no answer and no log line may show it. */
export const API_TOKEN = 'token-that-nobody-sees';

/** Two projects: `shop` with a default sender and a choice of integrations, `bare` with hardly anything. */
export function shopSettings(publicUrl = 'https://sms.shop.example'): Settings {
  return staticSettings({
    publicUrl,
    projects: [
      {
        id: 'shop',
        defaultIntegrationId: 'main',
        defaultSender: 'Shop',
        integrations: [
          { id: 'main', servicePlanId: 'plan-main', region: 'eu', apiToken: API_TOKEN },
          { id: 'second', servicePlanId: 'plan-second', region: 'us', apiToken: API_TOKEN, mmsCountries: [] },
          { id: 'off', servicePlanId: 'plan-off', region: 'us', apiToken: API_TOKEN, enabled: false },
        ],
      },
      {
        id: 'bare',
        countriesWithoutReports: ['GB'],
        integrations: [{ id: 'bare-main', servicePlanId: 'plan-bare', region: 'us', apiToken: API_TOKEN }],
      },
      {
        id: 'origin',
        integrations: [
          {
            id: 'origin-main',
            servicePlanId: 'plan-origin',
            region: 'us',
            apiToken: API_TOKEN,
            hasDefaultOriginator: true,
          },
        ],
      },
      { id: 'empty', integrations: [] },
    ],
  });
}
