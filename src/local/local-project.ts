/** The project that a local stack has from the start, with an integration that sends through the simulator. */
import { randomBytes } from 'node:crypto';
import type { Log } from '../contract/log.ts';
import type { Database, Keyring } from '../db/index.ts';
import type { AllowPrivateHosts } from '../hosts/index.ts';
import {
  type Integration,
  type IntegrationView,
  type SettingsAdmin,
  SettingsError,
  type SqlSettings,
  sqlSettings,
  sqlSettingsAdmin,
} from '../settings/index.ts';
import { DEMO_PLAN, type Simulator, type SimulatorOptions, startSimulator } from '../simulator/index.ts';
import { StackError } from './stack-error.ts';

/** Id of the project. */
export const LOCAL_PROJECT_ID = 'demo';

/** Id of its integration with the simulator, which is its default SMS provider. */
export const LOCAL_INTEGRATION_ID = 'simulator';

const SENDER = 'Demo';

const ACTOR = { kind: 'command_line' } as const;

/** Settings of a local stack, kept in its database. */
export interface LocalSettings {
  settings: SqlSettings;
  admin: SettingsAdmin;
}

/** What a local project is made from. */
export interface LocalProjectOptions extends LocalSettings {
  simulator?: Omit<SimulatorOptions, 'plans'>;
  /** Throughput of the simulator's plan. Absent: as it was set before, or `defaultRate`. */
  messagesPerSecond?: number;
  defaultRate: number;
}

/** Opens the settings of a stack whose HTTP process is at such an address. */
export function openLocalSettings(
  database: Database,
  keyring: Keyring,
  { publicUrl, allowPrivateHosts, log }: { publicUrl: string; allowPrivateHosts: AllowPrivateHosts; log: Log },
): LocalSettings {
  const common = { publicUrl, allowPrivateHosts };
  const settings = sqlSettings(database, keyring, { ...common, log });
  return { settings, admin: sqlSettingsAdmin({ ...common, database, keyring, settings }) };
}

/**
 * Starts the simulator, and makes the project on the first run. Later runs find the simulator where its integrations
 * look for it, with the secret that it signs with: what an admin has changed meanwhile stays.
 * @throws StackError where another program has the simulator's port
 */
export async function startLocalProject(options: LocalProjectOptions): Promise<Simulator> {
  const { settings, admin, defaultRate } = options;
  const made = await integrationMade(admin);
  const known = made && (await settings.integration(LOCAL_INTEGRATION_ID));
  const messagesPerSecond = options.messagesPerSecond ?? made?.messagesPerSecond ?? defaultRate;
  const hmacSecret = secretOf(known) ?? randomBytes(32).toString('base64url');
  const port = made === undefined ? undefined : Number(new URL(made.baseUrl).port);
  const simulator = await startSimulator({
    ...options.simulator,
    ...(port === undefined ? {} : { port }),
    plans: [{ ...DEMO_PLAN, hmacSecret, messagesPerSecond }],
  }).catch((error: unknown) => {
    throw explainedPort(error, port);
  });
  try {
    if (made === undefined) await makeProject(admin, settings, { simulator, hmacSecret, messagesPerSecond });
    else if (made.messagesPerSecond !== messagesPerSecond && made.state !== 'archived') {
      await admin.changeIntegration(ACTOR, LOCAL_PROJECT_ID, LOCAL_INTEGRATION_ID, { messagesPerSecond });
    }
  } catch (error) {
    await simulator.close();
    throw error;
  }
  return simulator;
}

/** Each step may have been taken before: a first run that was stopped in the middle is finished by the next. */
async function makeProject(
  admin: SettingsAdmin,
  settings: SqlSettings,
  { simulator, hmacSecret, messagesPerSecond }: { simulator: Simulator; hmacSecret: string; messagesPerSecond: number },
): Promise<void> {
  if (!(await settings.project(LOCAL_PROJECT_ID))) {
    await admin.createProject(ACTOR, { id: LOCAL_PROJECT_ID, name: 'Demo' });
  }
  await admin.addSender(ACTOR, LOCAL_PROJECT_ID, { sender: SENDER });
  await admin.changeProject(ACTOR, LOCAL_PROJECT_ID, { defaultSender: SENDER });
  await admin.createIntegration(ACTOR, LOCAL_PROJECT_ID, {
    id: LOCAL_INTEGRATION_ID,
    name: 'Simulator',
    servicePlanId: DEMO_PLAN.servicePlanId,
    baseUrl: simulator.url,
    apiToken: DEMO_PLAN.apiToken,
    messagesPerSecond,
    callbackAuth: { type: 'hmac', secrets: [hmacSecret] },
    isDefault: true,
  });
}

async function integrationMade(admin: SettingsAdmin): Promise<IntegrationView | undefined> {
  try {
    return await admin.integration(LOCAL_PROJECT_ID, LOCAL_INTEGRATION_ID);
  } catch (error) {
    if (error instanceof SettingsError && ['unknown_project', 'unknown_integration'].includes(error.code))
      return undefined;
    throw error;
  }
}

function secretOf(integration: Integration | undefined): string | undefined {
  return integration?.callbackAuth.type === 'hmac' ? integration.callbackAuth.secrets[0] : undefined;
}

function explainedPort(error: unknown, port: number | undefined): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error;
  return new StackError(
    'port_taken',
    `Port ${port} of 127.0.0.1, where the integrations of this data folder look for the simulator, is taken by another program. Stop that one, or give another folder with --data-dir.`,
    { cause: error },
  );
}
