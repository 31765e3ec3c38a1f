import { createHmac } from 'node:crypto';
import type { DeliveryReport } from '../../src/contract/delivery-report.ts';
import { staticSettings, type StaticIntegrationOptions } from '../../src/settings/index.ts';
import {
  createWebhook,
  type DeliveryReportHandlerDeps,
  type LateEntry,
  type SignalResult,
  type UnmatchedEntry,
  type UnreadableEntry,
  type Webhook,
} from '../../src/webhook/index.ts';

export const NOW = Date.parse('2026-11-24T10:00:00.000Z');
export const PATH_SECRET = 'path-secret-of-22-chars-or-more';
export const OLD_PATH_SECRET = 'the-path-secret-before-that-one';
export const HMAC_SECRET = 'SMSWebhooksSecret';
export const OLD_HMAC_SECRET = 'the-secret-before-that-one';

export interface Signalled {
  workflowId: string;
  report: DeliveryReport;
  requestId: string;
}

/** The webhook with its neighbours: Temporal and the store as our own interfaces, which remember what they were told. */
export interface Bench {
  webhook: Webhook;
  signalled: Signalled[];
  late: LateEntry[];
  unmatched: UnmatchedEntry[];
  unreadable: UnreadableEntry[];
  /** `name{label=value,…}` → times */
  counts: Map<string, number>;
  logged: string[];
}

const integrations: StaticIntegrationOptions[] = [
  { id: 'hmac', callbackAuth: { type: 'hmac', secrets: [HMAC_SECRET, OLD_HMAC_SECRET] } },
  {
    id: 'hmac-fresh',
    callbackAuth: { type: 'hmac', secrets: [HMAC_SECRET], toleranceMs: 60_000 },
  },
  { id: 'basic', callbackAuth: { type: 'basic', username: 'sinch', passwords: ['nèw:pass', 'old'] } },
  { id: 'url', callbackAuth: { type: 'url-secret', secrets: [PATH_SECRET, OLD_PATH_SECRET] } },
  { id: 'off', enabled: false, callbackAuth: { type: 'url-secret', secrets: [PATH_SECRET] } },
].map((integration) => ({
  servicePlanId: 'plan',
  region: 'eu',
  apiToken: 'token',
  ...(integration as Pick<StaticIntegrationOptions, 'id'>),
}));

export const settings = staticSettings({
  projects: [
    { id: 'shop', defaultIntegrationId: 'url', integrations },
    { id: 'other', integrations: [] },
  ],
});

export function createBench(more: Partial<DeliveryReportHandlerDeps> & { result?: SignalResult } = {}): Bench {
  const { result = 'signalled', ...deps } = more;
  const bench: Omit<Bench, 'webhook'> = {
    signalled: [],
    late: [],
    unmatched: [],
    unreadable: [],
    counts: new Map(),
    logged: [],
  };
  const keep =
    <T>(list: T[]) =>
    (entry: T): Promise<void> => {
      list.push(entry);
      return Promise.resolve();
    };
  const log = (fields: Record<string, unknown>, message: string): void => {
    bench.logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  const webhook = createWebhook({
    settings,
    signalMessage: (workflowId, report, requestId) => {
      bench.signalled.push({ workflowId, report, requestId });
      return Promise.resolve(result);
    },
    reports: {
      keepLate: keep(bench.late),
      keepUnmatched: keep(bench.unmatched),
      keepUnreadable: keep(bench.unreadable),
    },
    log: { warn: log, error: log },
    counters: {
      increment: (name, labels) => {
        const key = `${name}{${Object.entries(labels)
          .map((label) => label.join('='))
          .join(',')}}`;
        bench.counts.set(key, (bench.counts.get(key) ?? 0) + 1);
      },
    },
    now: () => NOW,
    ...deps,
  });
  return { ...bench, webhook };
}

/** A recipient report as Sinch sends it (API reference, "Recipient delivery report"). */
export function recipientReport(more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    type: 'recipient_delivery_report_sms',
    batch_id: '01JHFFHQ0P99JPPNQPJDV7JTBP',
    recipient: '447400123456',
    code: 0,
    status: 'Delivered',
    at: '2026-11-24T09:59:58.123Z',
    operator_status_at: '2026-11-24T09:59:00Z',
    client_reference: 'sinch/shop/welcome-1',
    ...more,
  });
}

/** A batch report as Sinch sends it (API reference, "Batch delivery report"). */
export function batchReport(statuses: unknown[], more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    type: 'delivery_report_sms',
    batch_id: '01JHFFHQ0P99JPPNQPJDV7JTBP',
    total_message_count: 1,
    statuses,
    client_reference: 'sinch/shop/welcome-1',
    ...more,
  });
}

export function post(path: string, body: string | Uint8Array, headers: Record<string, string> = {}): Request {
  return new Request(`https://sms.example${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** A callback that proves itself by its path. */
export function callback(body: string | Uint8Array): Request {
  return post(`/webhooks/sinch/url/${PATH_SECRET}`, body);
}

/** Sinch's signature, made here after its description (Webhooks, "HMAC Authentication") and not by the code under test. */
export function signatureHeaders(
  body: string | Uint8Array,
  secret: string,
  timestamp = Math.floor(NOW / 1000),
): Record<string, string> {
  const nonce = '01JHFFHWYY7HSS4FWTMDTQEK8V';
  return {
    'x-sinch-webhook-signature': createHmac('sha256', secret)
      .update(body)
      .update(`.${nonce}.${timestamp}`)
      .digest('base64'),
    'x-sinch-webhook-signature-algorithm': 'HmacSHA256',
    'x-sinch-webhook-signature-nonce': nonce,
    'x-sinch-webhook-signature-timestamp': String(timestamp),
  };
}

export function basic(username: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}
