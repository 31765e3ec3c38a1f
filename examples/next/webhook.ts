import { Client, Connection } from '@temporalio/client';
import { createMessageClient } from 'temporal-sinch/client';
import { createSqlReportStore, loadKeyring, openDatabase } from 'temporal-sinch/reports';
import { staticSettings } from 'temporal-sinch/settings';
import { createWebhook, type Webhook } from 'temporal-sinch/webhook';

let made: Promise<Webhook> | undefined;

/** The webhook, made at its first call: `next build` imports this without an environment. */
export function webhook(): Promise<Webhook> {
  made ??= makeWebhook().catch((error: unknown) => {
    // The next call tries again.
    made = undefined;
    throw error;
  });
  return made;
}

async function makeWebhook(): Promise<Webhook> {
  const settings = staticSettings({
    publicUrl: process.env.PUBLIC_URL ?? '',
    projects: [
      {
        id: 'shop',
        integrations: [
          {
            id: 'sinch-eu',
            region: 'eu',
            servicePlanId: process.env.SINCH_SERVICE_PLAN_ID ?? '',
            apiToken: process.env.SINCH_API_TOKEN ?? '',
          },
          {
            id: 'sinch-signed',
            region: 'eu',
            servicePlanId: process.env.SINCH_SERVICE_PLAN_ID ?? '',
            apiToken: process.env.SINCH_API_TOKEN ?? '',
            callbackAuth: { type: 'hmac', secrets: [process.env.SINCH_HMAC_SECRET ?? ''] },
          },
        ],
        defaultIntegrationId: 'sinch-eu',
      },
    ],
  });
  const database = await openDatabase({ url: process.env.DATABASE_URL ?? '' });
  const keyring = await loadKeyring({ keys: process.env.ENCRYPTION_KEYS ?? '' });
  const connection = Connection.lazy({ address: process.env.TEMPORAL_ADDRESS ?? 'localhost:7233' });
  const messages = createMessageClient({ client: new Client({ connection }), taskQueue: 'shop' });
  return createWebhook({
    settings,
    signalMessage: messages.signalReport,
    reports: createSqlReportStore(database, keyring),
    log: console,
  });
}
