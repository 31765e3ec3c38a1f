import { ulid } from 'ulid';
import { type Answer, bare, forbidden, gatewayPage, json, refusal } from './answer.ts';
import type { BehaviourChooser } from './behaviour-choice.ts';
import { type AnswerEffect, RETRY_AFTER_SECONDS } from './behaviours.ts';
import { digitsOnly, parseBatchRequest } from './batch-request.ts';
import type { SimulatorClock } from './clock.ts';
import type { Delivery } from './delivery.ts';
import { parseJsonObject } from './json-members.ts';
import type { SimulatorPlan } from './options.ts';
import { pageOf, parseListFilter, parsePage, queryInteger, queryList } from './paging.ts';
import { renderText } from './rendered-text.ts';
import { CODE } from './status.ts';
import type { Store, StoredBatch } from './store.ts';
import { batchBody } from './wire.ts';
import type { XmsRequest } from './xms-request.ts';

/** The operations on batches (XMS, "Batches"). */
export interface BatchesApi {
  send: (request: XmsRequest) => Promise<Answer>;
  dryRun: (request: XmsRequest) => Answer;
  list: (request: XmsRequest) => Answer;
  get: (request: XmsRequest, batchId: string) => Answer;
  cancel: (request: XmsRequest, batchId: string) => Answer;
}

/** What they need. */
export interface BatchesApiDeps {
  clock: SimulatorClock;
  store: Store;
  delivery: Delivery;
  chooser: BehaviourChooser;
}

const DEFAULT_DRY_RUN_RECIPIENTS = 100;
const MAX_DRY_RUN_RECIPIENTS = 1000;
/** Where an unreadable answer is cut off. */
const READABLE_CHARACTERS = 12;

/** Makes the operations on batches of one simulator. */
export function createBatchesApi({ clock, store, delivery, chooser }: BatchesApiDeps): BatchesApi {
  const parse = ({ plan, body }: XmsRequest): ReturnType<typeof parseBatchRequest> =>
    parseBatchRequest(parseJsonObject(body), clock.now(), plan.defaultOriginator !== undefined);

  const accept = (
    plan: SimulatorPlan,
    request: StoredBatch['request'],
    subjects: readonly { recipient: string; answer: AnswerEffect | undefined }[],
  ): StoredBatch => {
    const { servicePlanId } = plan;
    const { clientReference } = request;
    const now = clock.now();
    const batch: StoredBatch = {
      id: ulid(now),
      servicePlanId,
      request,
      createdAt: now,
      modifiedAt: now,
      canceled: false,
      messages: [],
    };
    for (const { recipient, answer } of subjects) {
      const { partCount, unmatchedParameter } = renderText(request, recipient);
      batch.messages.push({
        batch,
        recipient,
        behaviour: chooser.choose({ servicePlanId, clientReference, recipient }),
        answer,
        partCount,
        unmatchedParameter,
        status: 'Queued',
        code: CODE.queued,
        at: now,
        callbacks: { sent: 0, answered: 0, lost: 0 },
        release: new Set(),
      });
    }
    store.add(batch);
    return batch;
  };

  return {
    async send(xmsRequest) {
      const { plan, note } = xmsRequest;
      const { servicePlanId } = plan;
      const request = parse(xmsRequest);
      const { clientReference, deliveryReport, callbackUrl } = request;
      note.clientReference = clientReference;
      if (deliveryReport !== 'none' && callbackUrl === undefined && plan.callbackUrl === undefined) {
        throw forbidden('missing_callback_url', 'A delivery report is asked for, and there is no URL to send it to');
      }
      const subjects = request.to.map((recipient) => {
        const subject = { servicePlanId, clientReference, recipient };
        return { recipient, answer: chooser.takeAnswer(subject, chooser.choose(subject)) };
      });
      // One request has one answer: the first recipient that wants a special one decides.
      const answer = subjects.find((subject) => subject.answer !== undefined)?.answer;
      if (answer?.accepted === false) return specialAnswer(answer, clock.now());

      const batch = accept(plan, request, subjects);
      note.batchId = batch.id;
      await delivery.accept(batch);
      const created = json(201, batchBody(batch));
      return answer === undefined ? created : specialAnswer(answer, clock.now(), created);
    },

    dryRun(xmsRequest) {
      const { query } = xmsRequest;
      const request = parse(xmsRequest);
      const shown = queryInteger(query, 'number_of_recipients', 0, MAX_DRY_RUN_RECIPIENTS);
      const rendered = request.to.map((recipient) => ({ recipient, ...renderText(request, recipient) }));
      const perRecipient = rendered
        .slice(0, shown ?? DEFAULT_DRY_RUN_RECIPIENTS)
        .map(({ recipient, partCount, body, encoding }) => ({ recipient, number_of_parts: partCount, body, encoding }));
      return json(200, {
        number_of_recipients: rendered.length,
        number_of_messages: rendered.reduce((sum, { partCount }) => sum + partCount, 0),
        ...(query.get('per_recipient') === 'true' && { per_recipient: perRecipient }),
      });
    },

    list({ plan, query }) {
      const senders = queryList(query, 'from')?.map(digitsOnly);
      const filter = parseListFilter(query, clock.now());
      const wanted = parsePage(query);
      const batches = store
        .batches(plan.servicePlanId, filter)
        .filter(({ request: { from } }) => senders === undefined || (from !== undefined && senders.includes(from)));
      const { count, page, pageSize, items } = pageOf(batches, wanted);
      return json(200, { count, page, page_size: pageSize, batches: items.map(batchBody) });
    },

    get({ plan }, batchId) {
      const batch = store.batch(plan.servicePlanId, batchId);
      return batch === undefined ? bare(404) : json(200, batchBody(batch));
    },

    cancel({ plan }, batchId) {
      const batch = store.batch(plan.servicePlanId, batchId);
      if (batch === undefined) return bare(404);
      // A batch that is finished stays as it is.
      if (batch.messages.some(({ final }) => final === undefined)) {
        batch.canceled = true;
        batch.modifiedAt = clock.now();
        delivery.cancel(batch);
      }
      return json(200, batchBody(batch));
    },
  };
}

/** The answer of a behaviour; `created` is the ordinary one where the message was accepted. */
function specialAnswer({ answer }: AnswerEffect, now: number, created?: Answer): Answer {
  switch (answer.kind) {
    case 'hang':
    case 'reset':
      return answer;
    case 'refusal':
      return refusal(answer.status, answer.code, answer.text);
    case 'gateway':
      return gatewayPage(answer.status, answer.title);
    case 'status':
      return bare(answer.status, retryAfter(answer.retryAfter, now));
    case 'unreadable':
      return {
        kind: 'text',
        status: 201,
        contentType: 'application/json',
        body: JSON.stringify(created?.kind === 'json' ? created.body : {}).slice(0, READABLE_CHARACTERS),
      };
    case 'after_report':
      return created ?? bare(201);
  }
}

function retryAfter(form: 'seconds' | 'date' | undefined, now: number): Record<string, string> | undefined {
  if (form === undefined) return undefined;
  if (form === 'seconds') return { 'retry-after': String(RETRY_AFTER_SECONDS) };
  // HTTP dates have no fractions; rounding down would ask for less than a whole second.
  const at = Math.ceil((now + RETRY_AFTER_SECONDS * 1000) / 1000) * 1000;
  return { 'retry-after': new Date(at).toUTCString() };
}
