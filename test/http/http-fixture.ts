import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { MessageClient } from '../../src/client/index.ts';
import type { SendMessageInput } from '../../src/contract/message.ts';
import type { WorkflowListing } from '../../src/contract/workflow-listing.ts';
import type { Database } from '../../src/db/index.ts';
import { createErasure } from '../../src/erasure/index.ts';
import {
  countWaiting,
  createLedgerCheck,
  listCampaigns,
  listHeldMessages,
  readCampaign,
  listLateReports,
  listUnmatchedReports,
  readLedger,
  readMessageEvents,
} from '../../src/events/index.ts';
import {
  type App,
  type AppDeps,
  createApp,
  createCallerOf,
  createFailedLogIns,
  type OpenApiDocument,
} from '../../src/http/index.ts';
import { createAnswerCheck } from './open-api-check.ts';
import { createIntake, createStarts, type IntakeAnswer } from '../../src/intake/index.ts';
import { createMetrics } from '../../src/metrics/index.ts';
import { createPayloadEncryption } from '../../src/payload-encryption/index.ts';
import { createRegister, type MessageRegister } from '../../src/register/index.ts';
import { type RecordedLog, recordLog } from '../intake/intake-fixture.ts';
import { integrationIdsOf } from '../../src/settings/index.ts';
import { API_TOKEN, shopSettings } from '../requests/shop.ts';
import { keyring } from '../settings/settings-fixture.ts';
import { NO_QUEUES } from '../metrics/no-queues.ts';

/** Where Temporal's web UI is. */
export const UI_ORIGIN = 'https://temporal.example';

export const API_KEY = 'key:of-the-platform/0123';
export const METRICS_KEY = 'key:of-who-scrapes/4567';
export const CODEC_KEY = 'key:of-who-reads/8901';
export const TEXT = 'Hello Ada, your code is 4711';
export const RECIPIENT = '447400123456';

/** What no answer and no log line may hold, whatever was asked. */
const SECRETS = [
  API_KEY,
  METRICS_KEY,
  CODEC_KEY,
  API_TOKEN,
  TEXT,
  'Hello Ada',
  '4711',
  RECIPIENT,
  RECIPIENT.slice(2),
  'ada@shop.example',
];

/** The request of one message. */
export const sms = {
  messageId: 'm-1',
  recipient: `+${RECIPIENT}`,
  text: TEXT,
  customerIds: { registered: 'ada@shop.example' },
};

export interface Answer {
  method: string;
  /** Without the query. */
  path: string;
  status: number;
  headers: Headers;
  text: string;
  /** `undefined` where the answer is not JSON. */
  json: Record<string, unknown>;
}

/** Calls a server and keeps every answer, so that all of them can be searched and held against its OpenAPI document. */
export interface Caller {
  answers: Answer[];
  /** With the API key, unless `headers` are given. A body that is not a string goes as JSON. */
  call(method: string, path: string, options?: { headers?: Record<string, string>; body?: unknown }): Promise<Answer>;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  /** No answer so far, and nothing that was logged, shows a secret, a text or a whole number. */
  assertDiscreet(log: RecordedLog): void;
}

export function createCaller(url: string): Caller {
  const answers: Answer[] = [];
  const caller: Caller = {
    answers,
    async call(method, path, { headers = { 'x-api-key': API_KEY }, body } = {}) {
      const response = await fetch(new URL(path, url), {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
      const json = (isJson ? JSON.parse(text) : {}) as Record<string, unknown>;
      const answer = {
        method,
        path: new URL(path, url).pathname,
        status: response.status,
        headers: response.headers,
        text,
        json,
      };
      answers.push(answer);
      return answer;
    },
    get: (path) => caller.call('GET', path),
    post: (path, body) => caller.call('POST', path, { body }),
    assertDiscreet(log) {
      const said = [...answers.map(({ text, headers }) => `${JSON.stringify([...headers])}\n${text}`), ...log.lines];
      for (const secret of SECRETS) {
        const where = said.find((each) => each.includes(secret));
        assert.equal(where, undefined, `${secret} is shown in: ${where}`);
      }
    },
  };
  return caller;
}

/** A problem as RFC 9457 has it, with our code. */
export function assertProblem(answer: Answer, status: number, code: string): void {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  const errors = code === 'invalid_query' || code === 'invalid_field' ? ['errors'] : [];
  assert.deepEqual(Object.keys(answer.json).sort(), ['code', 'detail', ...errors, 'status', 'title', 'type']);
  assert.equal(answer.json['type'], 'about:blank');
  assert.equal(answer.json['status'], status);
  assert.equal(answer.json['code'], code);
  assert.notEqual(answer.json['detail'], '');
}

/** Without the network, whose clock a test may hold. */
async function documentOf(app: App): Promise<OpenApiDocument> {
  const response = await app.fetch(new Request('http://127.0.0.1/openapi.json'));
  return (await response.json()) as OpenApiDocument;
}

/** Every answer is as the OpenAPI document says. */
function assertDocumented(document: OpenApiDocument, answers: readonly Answer[]): void {
  const check = createAnswerCheck(document);
  // What stands for the webhook here says what no webhook says.
  for (const answer of answers) if (!answer.path.startsWith('/webhooks/')) check(answer);
}

export interface TestApp extends Caller, AsyncDisposable {
  url: string;
  log: RecordedLog;
  register: MessageRegister<IntakeAnswer>;
  routes: App['routes'];
  mounted: App['mounted'];
  /** Messages that were started, in order. */
  started: SendMessageInput[];
}

export interface TestAppOptions extends Partial<AppDeps> {
  database: Database;
  /** What the intake registers with otherwise. @default the real register */
  intakeRegister?: Partial<MessageRegister<IntakeAnswer>>;
  messages?: Pick<MessageClient, 'status' | 'cancel' | 'cancelOrStartCancelled'>;
  now?: () => Date;
  /** What Temporal lists. @default it is away */
  workflows?: WorkflowListing;
}

/**
 * The HTTP surface over a real database and a real server; what Temporal says is in the test's hands. At its end every
 * answer that it gave has to be as its OpenAPI document says.
 */
export async function startApp(options: TestAppOptions): Promise<TestApp> {
  const { database, intakeRegister, now, workflows, ...deps } = options;
  const log = recordLog();
  const started: SendMessageInput[] = [];
  const settings = deps.settings ?? shopSettings();
  const register = createRegister<IntakeAnswer>(database, keyring);
  const starts = createStarts({
    startMessage: (message) => Promise.resolve(started.push(message)),
    register,
    log,
    sweepMs: 3_600_000,
  });
  const intake = createIntake({
    settings,
    register: { ...register, ...intakeRegister },
    starts,
    ...(now ? { now } : {}),
  });
  const none = () => Promise.reject(new Error('14 UNAVAILABLE: no connection established'));
  const app = createApp({
    settings,
    intake,
    register,
    messages: { status: none, cancel: none, cancelOrStartCancelled: none },
    readEvents: (key) => readMessageEvents(database, key),
    readLedger: (scope) => readLedger(database, scope),
    erasure: createErasure({
      database,
      keyring,
      integrationIdsOf: (projectId) => integrationIdsOf(database, settings, projectId),
    }),
    payloadCodec: { codec: createPayloadEncryption(keyring).codec, origins: [UI_ORIGIN] },
    webhook: () => Promise.resolve(new Response('the webhook', { status: 202 })),
    callerOf: createCallerOf({
      deploymentKey: API_KEY,
      purposeKeys: { metrics: METRICS_KEY, codec: CODEC_KEY },
      ...(deps.admin === undefined ? {} : { admin: deps.admin }),
    }),
    metrics: createMetrics({
      gauges: {
        ...NO_QUEUES,
        sinch_plan_held: async () => [],
        sinch_starts_waiting: () => Promise.resolve([{ value: 0 }]),
      },
      log,
    }),
    failedLogIns: createFailedLogIns({ wait: () => Promise.resolve() }),
    listLateReports: (query) => listLateReports(database, query),
    listUnmatchedReports: (query) => listUnmatchedReports(database, query),
    readCampaign: (campaign) => readCampaign(database, campaign),
    listCampaigns: (query) => listCampaigns(database, query),
    listHeldMessages: (query) => listHeldMessages(database, query),
    countWaiting: (scope) => countWaiting(database, scope),
    ledgerCheck: createLedgerCheck({
      database,
      workflows: workflows ?? { ofCampaign: none, find: none, describe: none },
    }),
    testConnection: () => Promise.reject(new Error('no test is made here')),
    sweeps: { start: none, status: none },
    readiness: {},
    planHolds: { find: async () => undefined, list: async () => [], probe: async () => false },
    log,
    ...deps,
  });
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const caller = createCaller(url);
  return {
    ...caller,
    url,
    routes: app.routes,
    mounted: app.mounted,
    log,
    register,
    started,
    async [Symbol.asyncDispose]() {
      try {
        assertDocumented(await documentOf(app), caller.answers);
      } finally {
        server.close();
        if ('closeAllConnections' in server) server.closeAllConnections();
        await once(server, 'close');
        await starts.close();
      }
    },
  };
}
