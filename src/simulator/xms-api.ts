import { timingSafeEqual, createHash } from 'node:crypto';
import { type Answer, RefusedRequest, bare, json } from './answer.ts';
import type { BatchesApi } from './batches-api.ts';
import type { SimulatorClock } from './clock.ts';
import type { Faults, SimulatorFault } from './faults.ts';
import type { SimulatorPlan } from './options.ts';
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
  requests: RequestLog;
  planOf: (servicePlanId: string) => SimulatorPlan | undefined;
}

type Operation = (request: XmsRequest) => Answer | Promise<Answer>;

/** Makes the handler of `/xms/v1/{servicePlanId}/…`: path, faults, token, method and content type, then the operation. */
export function createXmsApi(deps: XmsApiDeps): (request: IncomingRequest) => Promise<Answer> {
  const { clock, faults, requests, planOf } = deps;

  const operate = async (request: IncomingRequest, note: XmsRequest['note']): Promise<Answer> => {
    const [servicePlanId = '', ...path] = request.path.slice(2);
    const operations = operationsOf(deps, path);
    if (operations === undefined) return bare(404);
    const plan = planOf(servicePlanId);
    if (plan === undefined || !carriesToken(request.headers.authorization, plan.apiToken)) {
      return bare(401, { 'www-authenticate': 'Bearer' });
    }
    const operation = operations[request.method];
    if (operation === undefined) return bare(405, { allow: Object.keys(operations).join(', ') });
    if (request.method === 'POST' && !isJson(request.headers['content-type'])) return bare(415);
    try {
      return await operation({ plan, query: request.query, body: request.body, note });
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

function operationsOf(
  { batches, reports }: XmsApiDeps,
  path: readonly string[],
): Record<string, Operation> | undefined {
  const [first, id = '', third, recipient = '', ...rest] = path;
  if (rest.length > 0 || path.includes('')) return undefined;
  if (first === 'delivery_reports' && path.length === 1) return { GET: reports.list };
  if (first !== 'batches') return undefined;
  if (path.length === 1) return { GET: batches.list, POST: batches.send };
  if (path.length === 2 && id === 'dry_run') return { POST: batches.dryRun };
  if (path.length === 2) {
    return { GET: (request) => batches.get(request, id), DELETE: (request) => batches.cancel(request, id) };
  }
  if (third !== 'delivery_report') return undefined;
  if (path.length === 3) return { GET: (request) => reports.ofBatch(request, id) };
  return { GET: (request) => reports.ofRecipient(request, id, recipient) };
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
