import { fileURLToPath } from 'node:url';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { createMessageClient, type MessageOutcome } from '../../src/client/index.ts';
import type { MessageRecord } from '../../src/contract/campaign-event.ts';
import { DEFAULT_LIFE_MS, type SendMessageInput } from '../../src/contract/message.ts';
import { DEFAULT_TASK_QUEUE } from '../../src/contract/names.ts';
import type { CampaignEventSink } from '../../src/events/index.ts';
import { SinchPlugin, type SinchPluginOptions } from '../../src/plugin.ts';
import { type Settings, staticSettings } from '../../src/settings/index.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { sampleMessage } from '../helpers/messages.ts';
import { createTestEnvironment, type TestEnvironment } from '../helpers/temporal.ts';

/** Turns the bits of every payload, and marks it. What it did not make it leaves alone: the server makes payloads too. */
export const turningCodec: PayloadCodec = {
  encode: async (payloads) =>
    payloads.map(({ data, metadata }): Payload => ({
      data: (data ?? new Uint8Array()).map((byte) => byte ^ 0xff),
      metadata: { ...metadata, encoding: Buffer.from(TURNED), original: metadata?.['encoding'] ?? new Uint8Array() },
    })),
  decode: async (payloads) =>
    payloads.map((payload) => {
      if (!isTurned(payload)) return payload;
      const { original, ...metadata } = payload.metadata ?? {};
      return {
        data: (payload.data ?? new Uint8Array()).map((byte) => byte ^ 0xff),
        metadata: { ...metadata, encoding: original ?? new Uint8Array() },
      };
    }),
};

const TURNED = 'binary/turned';

/** Whether a payload has gone through the codec. */
export function isTurned({ metadata }: Pick<Payload, 'metadata'>): boolean {
  return Buffer.from(metadata?.['encoding'] ?? '').toString() === TURNED;
}

/** A store in memory, as an embedder may write one. */
export interface MemorySink extends CampaignEventSink {
  /** Statuses of the events of a message, in the order of their first writing. */
  statuses(messageId: string): string[];
}

/** What the tests of the plugin share. The plan is `demo-plan`, the integration `main`. */
export interface PluginFixture extends AsyncDisposable {
  readonly environment: TestEnvironment;
  readonly simulator: Simulator;
  readonly settings: Settings;
  readonly sink: MemorySink;
  createPlugin(options?: Partial<SinchPluginOptions>): SinchPlugin;
  /** Sends a message and hands it the report `Delivered`. */
  deliver(messageId: string, taskQueue?: string): Promise<MessageOutcome>;
}

export async function startPluginFixture(): Promise<PluginFixture> {
  const environment = await createTestEnvironment({ client: { dataConverter: { payloadCodecs: [turningCodec] } } });
  const simulator = await startSimulator();
  const settings = staticSettings({
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
            messagesPerSecond: 100,
            callbackUrl: 'http://127.0.0.1:9/webhooks/sinch/main',
            callbackAuth: { type: 'basic', username: 'sinch', passwords: ['secret'] },
          },
        ],
      },
    ],
  });
  const sink = createMemorySink();
  return {
    environment,
    simulator,
    settings,
    sink,
    createPlugin: (options = {}) =>
      new SinchPlugin({
        settings,
        events: sink,
        log: { warn: () => undefined, error: () => undefined },
        ...options,
      }),
    async deliver(messageId, taskQueue = DEFAULT_TASK_QUEUE) {
      const messages = createMessageClient({ client: environment.client, taskQueue });
      const message = newMessage(messageId);
      await messages.start(message);
      const key = { projectId: message.projectId, messageId };
      const report = { integrationId: 'main', status: 'Delivered', statusCode: 0, at: new Date().toISOString() };
      while (simulator.accepted(`sinch/shop/${messageId}`) === 0) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await messages.signalReport(`sinch/shop/${messageId}`, report, `dlr:${messageId}`);
      return messages.outcome(key);
    },
    async [Symbol.asyncDispose]() {
      await simulator.close();
      await environment.teardown();
    },
  };
}

/** A message of the fixture's integration, requested now, whose report only the test gives. */
export function newMessage(messageId: string): SendMessageInput {
  const now = Date.now();
  return sampleMessage({
    messageId,
    recipient: '4915112349907',
    integrationId: 'main',
    servicePlanId: 'demo-plan',
    requestedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + DEFAULT_LIFE_MS).toISOString(),
  });
}

export function pathOfWorkflows(name: string): string {
  return fileURLToPath(new URL(`workflows/${name}.ts`, import.meta.url));
}

function createMemorySink(): MemorySink {
  const records = new Map<string, MessageRecord['events']>();
  return {
    async record({ messageId, events }) {
      const known = records.get(messageId) ?? [];
      const added = events.filter(({ phase }) => !known.some((event) => event.phase === phase));
      records.set(messageId, [...known, ...added]);
    },
    statuses: (messageId) => (records.get(messageId) ?? []).map(({ status }) => status),
  };
}
