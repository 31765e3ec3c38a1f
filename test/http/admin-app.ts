import { type Database, openDatabase } from '../../src/db/index.ts';
import { type Role, type SettingsAdmin, sqlSettings, sqlSettingsAdmin } from '../../src/settings/index.ts';
import { keyring, PUBLIC_URL } from '../settings/settings-fixture.ts';
import { API_KEY, startApp, type TestApp, type TestAppOptions } from './http-fixture.ts';

/** An app over settings that are kept in a database of its own. */
export interface EmptyApp extends TestApp {
  admin: SettingsAdmin;
  database: Database;
}

/** Starts it without any project. */
export async function startEmptyApp(options: Partial<TestAppOptions> = {}): Promise<EmptyApp> {
  const database = await openDatabase({ memory: true });
  const settings = sqlSettings(database, keyring, { publicUrl: PUBLIC_URL });
  const admin = sqlSettingsAdmin({ database, keyring, settings, publicUrl: PUBLIC_URL });
  const app = await startApp({ database, settings, admin, ...options });
  return {
    ...app,
    admin,
    database,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await settings.close();
      await database.close();
    },
  };
}

/** The same with two projects. */
export interface AdminApp extends EmptyApp {
  /** The headers of a key of project `shop`, or of the deployment. */
  as: Readonly<Record<Role | 'deployment', Record<string, string>>>;
  /** Those of an admin of the other project, `travel`. */
  asStranger: Record<string, string>;
  /** Ids of the keys of project `shop`. */
  keyIds: Readonly<Record<Role, string>>;
}

/** Starts it. `shop` has the default SMS provider `main` and the sender `Shop`. */
export async function startAdminApp(options: Partial<TestAppOptions> = {}): Promise<AdminApp> {
  const app = await startEmptyApp(options);
  const { admin } = app;
  const by = { kind: 'deployment' } as const;
  const keyOf = (projectId: string, role: Role) => admin.createKey(by, projectId, { name: `The ${role}`, role });
  for (const id of ['shop', 'travel']) await admin.createProject(by, { id });
  await admin.createIntegration(by, 'shop', {
    id: 'main',
    name: 'Main',
    servicePlanId: 'plan-main',
    region: 'eu',
    apiToken: 'token-that-nobody-sees',
    isDefault: true,
  });
  await admin.addSender(by, 'shop', { sender: 'Shop' });
  const keys = {
    admin: await keyOf('shop', 'admin'),
    sender: await keyOf('shop', 'sender'),
    viewer: await keyOf('shop', 'viewer'),
  };
  const stranger = await keyOf('travel', 'admin');
  return {
    ...app,
    as: {
      deployment: { 'x-api-key': API_KEY },
      admin: { 'x-api-key': keys.admin.key },
      sender: { 'x-api-key': keys.sender.key },
      viewer: { 'x-api-key': keys.viewer.key },
    },
    asStranger: { 'x-api-key': stranger.key },
    keyIds: { admin: keys.admin.id, sender: keys.sender.id, viewer: keys.viewer.id },
  };
}
