import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityDependencies, SendDependencies } from '../../src/activities/index.ts';
import type { MessageRecord } from '../../src/contract/campaign-event.ts';
import { DEFAULT_LIFE_MS, type SendMessageInput } from '../../src/contract/message.ts';
import type { PlanFaults } from '../../src/plans/index.ts';
import type { CampaignEventSink } from '../../src/events/index.ts';
import { type Settings, staticSettings, type StaticSettingsOptions } from '../../src/settings/index.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts';
import { createSinchClients } from '../../src/sinch/index.ts';
import { sampleMessage } from '../helpers/messages.ts';

/** The activities' dependencies: real settings, a real client, the simulator over HTTP, and a store in memory. */
export interface ActivityFixture extends AsyncDisposable {
  readonly deps: ActivityDependencies;
  /** The same, for an activity that has its turn at once, in a process that never stood still. */
  readonly sendDeps: SendDependencies;
  readonly simulator: Simulator;
  /** What the store was given, in order. */
  readonly records: MessageRecord[];
  /** What was warned of. */
  readonly warnings: string[];
  settings(integration?: Partial<StaticSettingsOptions['projects'][0]['integrations'][0]>): Settings;
}

export async function startActivityFixture(options: Pick<SimulatorOptions, 'clock'> = {}): Promise<ActivityFixture> {
  const simulator = await startSimulator({ reportDelayMs: 5, ...options });
  const clients = createSinchClients({ submitTimeoutMs: 5_000, allowPrivateHosts: true });
  const records: MessageRecord[] = [];
  const warnings: string[] = [];
  const settings: ActivityFixture['settings'] = (integration = {}) =>
    staticSettings({
      allowPrivateHosts: true,
      projects: [
        {
          id: 'shop',
          integrations: [
            {
              id: 'main',
              servicePlanId: 'demo-plan',
              baseUrl: simulator.url,
              apiToken: 'demo-token',
              // Nobody listens there: what is called back is of no interest here.
              callbackUrl: 'http://127.0.0.1:9/webhooks/sinch/main',
              callbackAuth: { type: 'basic', username: 'sinch', passwords: ['secret'] },
              ...integration,
            },
          ],
        },
      ],
    });
  const events: CampaignEventSink = {
    async record(record) {
      records.push(record);
    },
    async admission({ messageId }) {
      return records.flatMap((record) => record.events).find((event) => event.messageId === messageId);
    },
  };
  const warn = (_fields: Record<string, unknown>, message: string): void => void warnings.push(message);
  const deps = { settings: settings(), events, sinch: clients.for, log: { warn, error: warn } };
  return {
    deps,
    sendDeps: { ...deps, turn: async () => true, faults: noFaults, resumedAt: () => undefined },
    simulator,
    records,
    warnings,
    settings,
    async [Symbol.asyncDispose]() {
      await simulator.close();
      await clients.close();
    },
  };
}

/** Of a plan that is never held. */
const noFaults: PlanFaults = { recent: () => undefined, accepted: () => undefined, faulted: async () => 'alone' };

let messages = 0;

/** A new message through the fixture's integration, requested now. */
export function newMessage(suffix: string, overrides: Partial<SendMessageInput> = {}): SendMessageInput {
  messages += 1;
  const now = Date.now();
  return sampleMessage({
    messageId: `m-${messages}`,
    recipient: `491511234${suffix}`,
    integrationId: 'main',
    servicePlanId: 'demo-plan',
    requestedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + DEFAULT_LIFE_MS).toISOString(),
    ...overrides,
  });
}

/** An activity's surroundings, scheduled now unless told otherwise. */
export function newActivity(
  info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {},
): MockActivityEnvironment {
  return new MockActivityEnvironment({ currentAttemptScheduledTimestampMs: Date.now(), ...info });
}

/** A promise that never settles: what a store or a plan that hangs gives. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
