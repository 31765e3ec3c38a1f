import { ulid } from 'ulid';
import { type Answer, bare, forbidden, gatewayPage, json, refusal } from './answer.ts';
import type { BehaviourChooser } from './behaviour-choice.ts';
import { type AnswerEffect, RETRY_AFTER_SECONDS } from './behaviours.ts';
import { type BatchRequest, digitsOnly, parseBatchRequest, parseFeedback, updatedBody } from './batch-request.ts';
import type { SimulatorClock } from './clock.ts';
import type { Delivery } from './delivery.ts';
import { type JsonObject, parseJsonObject } from './json-members.ts';
import type { SimulatorPlan } from './options.ts';
import { pageOf, parseListFilter, parsePage, queryInteger, queryList } from './paging.ts';
import { renderText } from './rendered-text.ts';
import { CODE } from './status.ts';
import type { Store, StoredBatch, StoredMessage } from './store.ts';
import { batchBody } from './wire.ts';
import type { XmsRequest } from './xms-request.ts';

/** The operations on batches (XMS, "Batches"). */
export interface BatchesApi {
  send: (request: XmsRequest) => Promise<Answer>;
  dryRun: (request: XmsRequest) => Answer;
  list: (request: XmsRequest) => Answer;
  get: (request: XmsRequest, batchId: string) => Answer;
  /** Changes what is named of a batch that has not left. */
  update: (request: XmsRequest, batchId: string) => Promise<Answer>;
  /** Puts another batch in its place, under the same id. */
  replace: (request: XmsRequest, batchId: string) => Promise<Answer>;
  /** Takes the client's word of who got the message. */
  feedback: (request: XmsRequest, batchId: string) => Answer;
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
  const parse = (plan: SimulatorPlan, body: JsonObject): BatchRequest =>
    parseBatchRequest(body, clock.now(), plan.defaultOriginator !== undefined);

  const messagesOf = (
    batch: StoredBatch,
    request: BatchRequest,
    subjects: readonly { recipient: string; answer: AnswerEffect | undefined }[],
  ): StoredMessage[] =>
    subjects.map(({ recipient, answer }) => {
      const { servicePlanId } = batch;
      const { clientReference } = request;
      const { partCount, unmatchedParameter } = renderText(request, recipient);
      return {
        batch,
        recipient,
        behaviour: chooser.choose({ servicePlanId, clientReference, recipient }),
        answer,
        partCount,
        unmatchedParameter,
        status: 'Queued',
        code: CODE.queued,
        at: clock.now(),
        callbacks: { sent: 0, answered: 0, lost: 0 },
        release: new Set(),
      };
    });

  /** Changes a batch of which nothing has left the queue. */
  const change = async (
    { plan, body, note }: XmsRequest,
    batchId: string,
    bodyOf: (batch: StoredBatch, given: JsonObject) => JsonObject,
  ): Promise<Answer> => {
    const batch = store.batch(plan.servicePlanId, batchId);
    if (batch === undefined) return bare(404);
    note.batchId = batch.id;
    const request = parse(plan, bodyOf(batch, parseJsonObject(body)));
    assertReportsGo(plan, request);
    if (batch.canceled || batch.messages.some(({ status }) => status !== 'Queued')) {
      throw forbidden('batch_already_dispatched', 'The batch has been dispatched or cancelled and cannot be changed');
    }
    note.clientReference = request.clientReference;
    delivery.withdraw(batch);
    const subjects = request.to.map((recipient) => ({ recipient, answer: undefined }));
    store.replace(batch, request, messagesOf(batch, request, subjects));
    await delivery.accept(batch);
    return json(200, batchBody(batch));
  };

  const accept = (
    plan: SimulatorPlan,
    request: BatchRequest,
    subjects: readonly { recipient: string; answer: AnswerEffect | undefined }[],
  ): StoredBatch => {
    const now = clock.now();
    const batch: StoredBatch = {
      id: ulid(now),
      servicePlanId: plan.servicePlanId,
      request,
      createdAt: now,
      modifiedAt: now,
      canceled: false,
      messages: [],
    };
    batch.messages = messagesOf(batch, request, subjects);
    store.add(batch);
    return batch;
  };

  return {
    async send(xmsRequest) {
      const { plan, note, body } = xmsRequest;
      const { servicePlanId } = plan;
      const request = parse(plan, parseJsonObject(body));
      const { clientReference } = request;
      note.clientReference = clientReference;
      assertReportsGo(plan, request);
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
      const { query, plan, body } = xmsRequest;
      const request = parse(plan, parseJsonObject(body));
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

    update: (request, batchId) => change(request, batchId, (batch, given) => updatedBody(batch.request, given)),

    replace: (request, batchId) => change(request, batchId, (_batch, given) => given),

    feedback({ plan, body, note }, batchId) {
      const batch = store.batch(plan.servicePlanId, batchId);
      if (batch === undefined) return bare(404);
      note.batchId = batch.id;
      // What Sinch says of recipients that are none of the batch's, and where no feedback was asked for, is not documented.
      const told = new Set(parseFeedback(parseJsonObject(body)));
      for (const message of batch.messages) if (told.has(message.recipient)) message.feedbackAt ??= clock.now();
      return bare(202);
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

/** Reports that are asked for need somewhere to go. @throws RefusedRequest */
function assertReportsGo(plan: SimulatorPlan, { deliveryReport, callbackUrl }: BatchRequest): void {
  if (deliveryReport === 'none' || callbackUrl !== undefined || plan.callbackUrl !== undefined) return;
  throw forbidden('missing_callback_url', 'A delivery report is asked for, and there is no URL to send it to');
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
