import { type Answer, bare, invalidFormat, json } from './answer.ts';
import { digitsOnly } from './batch-request.ts';
import type { SimulatorClock } from './clock.ts';
import { pageOf, parseListFilter, parsePage, queryList } from './paging.ts';
import type { Store } from './store.ts';
import { type BatchReportFilter, batchReportBody, recipientReportBody } from './wire.ts';
import type { XmsRequest } from './xms-request.ts';

/** The operations on delivery reports (XMS, "Delivery reports"). */
export interface ReportsApi {
  /** The report on a batch, `summary` or `full`; intermediate statuses too. */
  ofBatch: (request: XmsRequest, batchId: string) => Answer;
  /** The report on one recipient, with the latest status. */
  ofRecipient: (request: XmsRequest, batchId: string, msisdn: string) => Answer;
  /** Reports on finished messages, the latest first. */
  list: (request: XmsRequest) => Answer;
}

/** Makes the operations on delivery reports of one simulator. */
export function createReportsApi(clock: SimulatorClock, store: Store): ReportsApi {
  return {
    ofBatch({ plan, query }, batchId) {
      const batch = store.batch(plan.servicePlanId, batchId);
      if (batch === undefined) return bare(404);
      const type = query.get('type') ?? 'summary';
      if (type !== 'summary' && type !== 'full') throw invalidFormat('type must be summary or full');
      return json(200, batchReportBody(batch, type, parseReportFilter(query)));
    },
    ofRecipient({ plan }, batchId, msisdn) {
      const batch = store.batch(plan.servicePlanId, batchId);
      const message = batch?.messages.find(({ recipient }) => recipient === digitsOnly(msisdn));
      return message === undefined
        ? bare(404)
        : json(200, recipientReportBody(message, message, plan.defaultOriginator));
    },
    list({ plan, query }) {
      const { statuses, codes } = parseReportFilter(query);
      const filter = parseListFilter(query, clock.now());
      const wanted = parsePage(query);
      const messages = store
        .finished(plan.servicePlanId, filter)
        .filter(({ status }) => statuses === undefined || statuses.includes(status.toLowerCase()))
        .filter(({ code }) => codes === undefined || codes.includes(code));
      const { count, page, pageSize, items } = pageOf(messages, wanted);
      const reports = items.map((message) => recipientReportBody(message, message, plan.defaultOriginator));
      return json(200, { count, page, page_size: pageSize, delivery_reports: reports });
    },
  };
}

/** Sinch's own clients do not agree on the case of statuses. */
function parseReportFilter(query: URLSearchParams): BatchReportFilter {
  return {
    statuses: queryList(query, 'status')?.map((status) => status.toLowerCase()),
    codes: queryList(query, 'code')?.map((code) => {
      if (!/^[0-9]+$/.test(code)) throw invalidFormat('code must be a list of integers');
      return Number(code);
    }),
  };
}
