import type { Dispatcher } from 'undici';
import { maskMsisdn } from '../contract/msisdn.ts';
import { SUBMIT_TIMEOUT_MS } from '../contract/send-timeouts.ts';
import { type AllowPrivateHosts, createHostRules } from '../hosts/index.ts';
import { readAccess } from './access-check.ts';
import { classifyAnswer, classifyDryRun, classifyNetworkFailure } from './classify-answer.ts';
import type { FoundBatch, SinchClient } from './client.ts';
import { createPlanPool } from './plan-pool.ts';
import { createListing } from './listing.ts';
import { createReportPages } from './report-pages.ts';
import { positiveInteger } from './positive-integer.ts';
import { type ReceivedReport, toReport } from './parse-callback.ts';
import { createPlanConnection } from './plan-connection.ts';
import { batchPage, canceledBatch, deliveryReportPage, recipientReport, toBatchRequest } from './schemas.ts';
import { SinchRequestError } from './sinch-request-error.ts';

/** How long a look-up or cancellation may take, in milliseconds; each page of a list has its own time. */
export const LOOKUP_TIMEOUT_MS = 10_000;

/** A number that belongs to nobody: the North American plan keeps 555-0100 to 555-0199 for fiction. */
const NOBODY = '12025550100';

/** Options of {@link createSinchClient}. */
export interface SinchClientOptions {
  /** `https://eu.sms.api.sinch.com`, without the path. */
  baseUrl: string;
  servicePlanId: string;
  /** The plan's API token; as a function it is asked for each request. */
  apiToken: string | (() => string);
  /**
   * Makes the requests. It must neither repeat a POST nor follow redirects, and connects to whatever host it likes.
   * @default a pool of the client's own, whose connections end when they have been idle for 4 seconds
   */
  dispatcher?: Dispatcher;
  /**
   * Hosts of this machine and of private networks that the client's own pool may connect to; see `AllowPrivateHosts`.
   * @default false: those of the internet alone
   */
  allowPrivateHosts?: AllowPrivateHosts;
  /** Deadline of a POST in milliseconds, the wait for a connection included. @default SUBMIT_TIMEOUT_MS */
  submitTimeoutMs?: number;
  /** Deadline of each look-up and cancellation in milliseconds. @default LOOKUP_TIMEOUT_MS */
  lookupTimeoutMs?: number;
  /** Milliseconds since 1970. @default Date.now */
  now?: () => number;
}

/**
 * The calls to Sinch for one service plan (SMS API reference, "Batches" and "Delivery reports"). Where a look-up's signal
 * ends it, it throws the signal's reason.
 * @throws TypeError where an option is wrong.
 */
export function createSinchClient(options: SinchClientOptions): SinchClient {
  const submitTimeoutMs = positiveInteger(
    'createSinchClient',
    'submitTimeoutMs',
    options.submitTimeoutMs ?? SUBMIT_TIMEOUT_MS,
  );
  const lookupTimeoutMs = positiveInteger(
    'createSinchClient',
    'lookupTimeoutMs',
    options.lookupTimeoutMs ?? LOOKUP_TIMEOUT_MS,
  );
  const { baseUrl, servicePlanId, apiToken, now = Date.now } = options;
  const plan = createPlanConnection({
    baseUrl,
    servicePlanId,
    apiToken: typeof apiToken === 'function' ? apiToken : () => apiToken,
    dispatcher: options.dispatcher ?? createPlanPool(baseUrl, { rules: createHostRules(options.allowPrivateHosts) }),
  });
  const list = createListing(plan, lookupTimeoutMs);
  const finishedReports = createReportPages(plan, { deadlineMs: lookupTimeoutMs, now });

  return {
    async submit(submission) {
      const result = await plan.exchange({
        method: 'POST',
        path: '/batches',
        body: JSON.stringify(toBatchRequest(submission, now())),
        deadlineMs: submitTimeoutMs,
      });
      if (result.kind === 'failure') return classifyNetworkFailure(result);
      return classifyAnswer({ ...result, now: now() }, submission);
    },

    async dryRun(callbackUrl) {
      const nobody = { clientReference: 'dry-run', recipient: NOBODY, sender: NOBODY, maxParts: 1 };
      const body = toBatchRequest(
        {
          ...nobody,
          content: { kind: 'sms', text: '.' },
          expireAt: new Date(now() + 60_000).toISOString(),
          ...(callbackUrl === undefined ? {} : { callbackUrl }),
        },
        now(),
      );
      const result = await plan.exchange({
        method: 'POST',
        path: '/batches/dry_run',
        body: JSON.stringify(body),
        deadlineMs: lookupTimeoutMs,
      });
      return result.kind === 'failure'
        ? classifyNetworkFailure(result)
        : classifyDryRun({ ...result, now: now() }, nobody);
    },

    async findBatches(clientReference, since, signal) {
      const batches = await list({
        path: '/batches',
        what: 'batches',
        schema: batchPage,
        clientReference,
        since,
        signal,
      });
      // A batch that is made while we turn the pages moves others to the next one.
      return [...new Map(batches.map((batch) => [batch.id, batch])).values()].map(
        ({ id, createdAt, canceled }): FoundBatch => ({
          id,
          canceled,
          ...(createdAt === undefined ? {} : { createdAt }),
        }),
      );
    },

    async findDeliveryReports(clientReference, since, signal) {
      const reports = await list({
        path: '/delivery_reports',
        what: 'delivery reports',
        schema: deliveryReportPage,
        clientReference,
        since,
        signal,
      });
      return reports.map((report) => toReport(report, new Date(now()).toISOString()));
    },

    finishedReports,

    async deliveryReport(batchId, recipient, signal): Promise<ReceivedReport | undefined> {
      const attempt = `show the delivery report of ${maskMsisdn(recipient)} in batch ${batchId}`;
      const { status, json } = await plan.query({
        method: 'GET',
        path: `/batches/${encodeURIComponent(batchId)}/delivery_report/${encodeURIComponent(recipient)}`,
        deadlineMs: lookupTimeoutMs,
        signal,
        attempt,
        alsoAnswers: [404],
      });
      if (status === 404) return undefined;
      const report = recipientReport.safeParse(json);
      // Any gateway has a `status`: a report names its batch.
      if (!report.success || report.data.batchId !== batchId) {
        throw new SinchRequestError(
          `Sinch did not ${attempt} on service plan ${servicePlanId}: its answer is no delivery report. Try again`,
          { statusCode: status },
        );
      }
      return toReport(report.data, new Date(now()).toISOString());
    },

    async cancelBatch(batchId, signal) {
      const attempt = `cancel batch ${batchId}`;
      const { status, json } = await plan.query({
        method: 'DELETE',
        path: `/batches/${encodeURIComponent(batchId)}`,
        deadlineMs: lookupTimeoutMs,
        signal,
        attempt,
      });
      if (canceledBatch.safeParse(json).data?.id === batchId) return;
      throw new SinchRequestError(
        `Sinch did not ${attempt} on service plan ${servicePlanId}: its answer is not that batch. Try again`,
        { statusCode: status },
      );
    },

    async checkAccess() {
      return readAccess(
        await plan.exchange({ method: 'GET', path: '/batches?page_size=1', deadlineMs: lookupTimeoutMs }),
      );
    },
  };
}
