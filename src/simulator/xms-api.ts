import { timingSafeEqual, createHash } from 'node:crypto';
import { type Answer, RefusedRequest, bare, json } from './answer.ts';
import type { BatchesApi } from './batches-api.ts';
import type { SimulatorClock } from './clock.ts';
import type { Faults, SimulatorFault } from './faults.ts';
import type { InboundsApi } from './inbounds-api.ts';
import { type OperationName, operationsAt } from './operations.ts';
import type { SimulatorPlan } from './options.ts';
import { pageOf, parsePage } from './paging.ts';
import type { ReportsApi } from './reports-api.ts';
import type { RequestLog } from './request-log.ts';
import type { IncomingRequest } from './server.ts';
import type { XmsRequest } from './xms-request.ts';

/** What the REST API needs. */
export interface XmsApiDeps {
  clock: SimulatorClock;
  faults: Faults;
  batches: BatchesApi;
  reports: ReportsApi;
  inbounds: InboundsApi;
  requests: RequestLog;
  planOf: (servicePlanId: string) => SimulatorPlan | undefined;
}

type Operation = (request: XmsRequest, ...values: string[]) => Answer | Promise<Answer>;

/** Sinch has a bare 404 for a path that it does not know; the words are for whoever looks for a mistake of their own. */
const NO_OPERATION = {
  'x-simulator': 'This simulator has no operation at this path; GET /_simulator lists those that it has',
} as const;

/** Makes the handler of `/xms/v1/{servicePlanId}/…`: path, faults, token, method and content type, then the operation. */
export function createXmsApi(deps: XmsApiDeps): (request: IncomingRequest) => Promise<Answer> {
  const { clock, faults, requests, planOf } = deps;
  const operations = operationsOf(deps);

  const operate = async (request: IncomingRequest, note: XmsRequest['note']): Promise<Answer> => {
    const [servicePlanId = '', ...path] = request.path.slice(2);
    const found = operationsAt(path);
    if (found === undefined) return bare(404, NO_OPERATION);
    const plan = planOf(servicePlanId);
    if (plan === undefined || !carriesToken(request.headers.authorization, plan.apiToken)) {
      return bare(401, { 'www-authenticate': 'Bearer' });
    }
    const name = Object.hasOwn(found.byMethod, request.method) ? found.byMethod[request.method] : undefined;
    if (name === undefined) {
      // Groups cannot be made here; that the method exists at Sinch, its own client knows.
      if (path[0] === 'groups') return bare(404, NO_OPERATION);
      return bare(405, { allow: Object.keys(found.byMethod).join(', ') });
    }
    if ((request.method === 'POST' || request.method === 'PUT') && !isJson(request.headers['content-type']))
      return bare(415);
    try {
      return await operations[name]({ plan, query: request.query, body: request.body, note }, ...found.values);
    } catch (error) {
      if (error instanceof RefusedRequest) return error.answer;
      throw error;
    }
  };

  return async (request) => {
    const [servicePlanId = '', ...path] = request.path.slice(2);
    const { method } = request;
    const record = requests.begin(
      clock.now(),
      request,
      servicePlanId,
      method === 'POST' && path.join('/') === 'batches',
    );
    const fault = faults.take(servicePlanId, method);
    if (fault?.slowMs !== undefined) await new Promise<void>((resolve) => clock.setTimer(resolve, fault.slowMs ?? 0));
    const isCarriedOut = fault?.answer === undefined || fault.carryOut === true;
    const ordinary = isCarriedOut ? await operate(request, record) : undefined;
    const answer = faultAnswer(fault) ?? ordinary ?? bare(500);
    record.answer = 'status' in answer ? answer.status : answer.kind;
    return answer;
  };
}

function operationsOf({ batches, reports, inbounds }: XmsApiDeps): Record<OperationName, Operation> {
  return {
    send: batches.send,
    list: batches.list,
    dryRun: batches.dryRun,
    get: (request, id = '') => batches.get(request, id),
    update: (request, id = '') => batches.update(request, id),
    replace: (request, id = '') => batches.replace(request, id),
    cancel: (request, id = '') => batches.cancel(request, id),
    feedback: (request, id = '') => batches.feedback(request, id),
    ofBatch: (request, id = '') => reports.ofBatch(request, id),
    ofRecipient: (request, id = '', msisdn = '') => reports.ofRecipient(request, id, msisdn),
    reports: reports.list,
    inbounds: inbounds.list,
    inbound: (request, id = '') => inbounds.get(request, id),
    groups: ({ query }) => {
      const { count, page, pageSize, items } = pageOf([], parsePage(query));
      return json(200, { count, page, page_size: pageSize, groups: items });
    },
    noGroup: () => bare(404),
  };
}

function faultAnswer(fault: SimulatorFault | undefined): Answer | undefined {
  if (fault?.answer === undefined) return undefined;
  if (fault.answer === 'hang' || fault.answer === 'reset') return { kind: fault.answer };
  const { status, body, headers } = fault.answer;
  return body === undefined ? bare(status, headers) : json(status, body, headers);
}

function isJson(contentType: string | undefined): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === 'application/json';
}

function carriesToken(authorization: string | undefined, token: string): boolean {
  const [, given = ''] = /^Bearer (.+)$/i.exec(authorization ?? '') ?? [];
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(given), digest(token));
}
