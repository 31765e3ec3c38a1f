import { randomBytes } from 'node:crypto';
import { createKeyring, type Database } from '../../src/db/index.ts';
import { LOOPBACK_HOSTS } from '../../src/hosts/index.ts';
import { sqlSettings, sqlSettingsAdmin } from '../../src/settings/index.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { createSinchClients, type SinchClients, testConnection } from '../../src/sinch/index.ts';
import { API_KEY, startApp } from '../http/http-fixture.ts';
import { type CommandResult, type CommandStdin, runCommand } from './context.ts';

export const PLAN = { servicePlanId: 'commands-plan', apiToken: 'token-that-nobody-may-see' };
export const PUBLIC_URL = 'https://sms.example.com';

/** The HTTP surface over settings in a database, with a simulator of Sinch, and commands that speak to it. */
export interface AdminStack extends AsyncDisposable {
  url: string;
  simulatorUrl: string;
  env(projectId: string): Record<string, string>;
  /** Runs a command as an admin of the project. */
  run(projectId: string, line: string | readonly string[], more?: RunOptions): Promise<CommandResult>;
  /** The same where it has to go well; the answer of `--json`. */
  json<T>(projectId: string, line: string | readonly string[], more?: RunOptions): Promise<T>;
  /** Projects whose refused events were let go once more. */
  retried: string[];
  /** Everything that any command has written so far. */
  written(): string;
}

export interface RunOptions extends CommandStdin {
  env?: Record<string, string>;
}

export async function startAdminStack(database: Database): Promise<AdminStack> {
  const keyring = createKeyring({ keys: [{ id: 'k1', key: randomBytes(32) }], current: 'k1' });
  const settings = sqlSettings(database, keyring, { publicUrl: PUBLIC_URL, allowPrivateHosts: LOOPBACK_HOSTS });
  const admin = sqlSettingsAdmin({
    database,
    keyring,
    publicUrl: PUBLIC_URL,
    allowPrivateHosts: LOOPBACK_HOSTS,
    settings,
  });
  const simulator = await startSimulator({ plans: [PLAN, { ...PLAN, servicePlanId: 'my-plan' }] });
  const clients = createSinchClients({ allowPrivateHosts: true });
  /** Whatever region a plan is said to be in. */
  const simulated: Pick<SinchClients, 'for'> = {
    for: (integration) => clients.for({ ...integration, baseUrl: simulator.url }),
  };
  const retried: string[] = [];
  const results: CommandResult[] = [];
  const app = await startApp({
    database,
    settings,
    admin,
    testConnection: (integration) => testConnection(integration, { clients: simulated }),
    retryExport: (projectId) => Promise.resolve(retried.push(projectId)),
  });
  const env = (projectId: string) => ({
    TEMPORAL_SINCH_URL: app.url,
    SINCH_API_KEY: API_KEY,
    TEMPORAL_SINCH_PROJECT: projectId,
  });
  const stack: AdminStack = {
    url: app.url,
    simulatorUrl: simulator.url,
    env,
    retried,
    async run(projectId, line, { env: more, ...stdin } = {}) {
      const args = typeof line === 'string' ? line.split(' ') : line;
      const result = await runCommand(args, { ...env(projectId), ...more }, stdin);
      results.push(result);
      return result;
    },
    async json<T>(projectId: string, line: string | readonly string[], more?: RunOptions) {
      const args = [...(typeof line === 'string' ? line.split(' ') : line), '--json'];
      const { exitCode, stdout, stderr } = await stack.run(projectId, args, more);
      if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}: ${stderr}`);
      return JSON.parse(stdout) as T;
    },
    written: () => results.map(({ stdout, stderr }) => `${stdout}\n${stderr}`).join('\n'),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await Promise.all([clients.close(), simulator.close(), settings.close()]);
    },
  };
  return stack;
}
