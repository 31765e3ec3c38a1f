import { ulid } from 'ulid';
import { type Answer, bare, json } from './answer.ts';
import { digitsOnly } from './batch-request.ts';
import type { CallbackSender } from './callbacks.ts';
import type { SimulatorClock } from './clock.ts';
import { isoTime } from './iso-time.ts';
import type { SimulatorPlan } from './options.ts';
import { pageOf, parseListFilter, parsePage, queryList } from './paging.ts';
import type { XmsRequest } from './xms-request.ts';

/** A text that somebody sends to a number of ours. */
export interface InboundText {
  /** The plan whose number it is. */
  servicePlanId: string;
  /** Whose handset it comes from; with or without `+`. */
  from: string;
  /** Our number or short code. */
  to: string;
  /** At most 2,000 characters, such as `STOP`. */
  body: string;
  /** Of the message that it answers, where the account links the two. @default none */
  clientReference?: string;
}

/** The operations on inbound messages (XMS, "Inbounds"), and how one comes about. */
export interface InboundsApi {
  list: (request: XmsRequest) => Answer;
  get: (request: XmsRequest, inboundId: string) => Answer;
  /** Takes a text, and calls the plan's callback URL back. @returns its id */
  receive: (inbound: InboundText) => string;
}

/** What they need. */
export interface InboundsApiDeps {
  clock: SimulatorClock;
  callbacks: Pick<CallbackSender, 'send'>;
  planOf: (servicePlanId: string) => SimulatorPlan | undefined;
}

/** Sinch keeps inbound messages for 14 days (Inbounds, "List inbound messages"). */
const RETENTION_MS = 14 * 24 * 60 * 60 * 1000;
const LONGEST_BODY = 2000;
const NUMBER = /^[0-9]{3,15}$/;

/** Makes the operations on inbound messages of one simulator. */
export function createInboundsApi({ clock, callbacks, planOf }: InboundsApiDeps): InboundsApi {
  const received: { id: string; at: number; servicePlanId: string; text: InboundText }[] = [];

  const bodyOf = ({ id, at, text }: (typeof received)[number]): Record<string, unknown> => ({
    body: text.body,
    ...(text.clientReference !== undefined && { client_reference: text.clientReference }),
    from: text.from,
    id,
    received_at: isoTime(at),
    sent_at: isoTime(at),
    to: text.to,
    type: 'mo_text',
  });
  const keptOf = (servicePlanId: string) =>
    received.filter((each) => each.servicePlanId === servicePlanId && clock.now() - each.at < RETENTION_MS);

  return {
    list({ plan, query }) {
      const { startDate, endDate = Infinity, clientReference } = parseListFilter(query, clock.now());
      const destinations = queryList(query, 'to')?.map(digitsOnly);
      const wanted = parsePage(query);
      const found = keptOf(plan.servicePlanId)
        .filter(({ at }) => at >= startDate && at < endDate)
        .filter(({ text }) => destinations === undefined || destinations.includes(text.to))
        .filter(({ text }) => clientReference === undefined || text.clientReference === clientReference)
        .reverse();
      const { count, page, pageSize, items } = pageOf(found, wanted);
      return json(200, { count, page, page_size: pageSize, inbounds: items.map(bodyOf) });
    },
    get({ plan }, inboundId) {
      const found = keptOf(plan.servicePlanId).find(({ id }) => id === inboundId);
      return found === undefined ? bare(404) : json(200, bodyOf(found));
    },
    receive(inbound) {
      const text = { ...inbound, from: digitsOnly(inbound.from), to: digitsOnly(inbound.to) };
      for (const name of ['from', 'to'] as const) {
        if (!NUMBER.test(text[name])) throw new TypeError(`inbound.${name}: expected a number or a short code`);
      }
      if (typeof text.body !== 'string' || text.body.length > LONGEST_BODY) {
        throw new TypeError(`inbound.body: expected a text of at most ${LONGEST_BODY} characters`);
      }
      const at = clock.now();
      const { servicePlanId } = text;
      const entry = { id: ulid(at), at, servicePlanId, text };
      received.push(entry);
      const url = planOf(servicePlanId)?.callbackUrl;
      if (url !== undefined) {
        const nobody = (): void => undefined;
        const callback = { servicePlanId, url, body: JSON.stringify(bodyOf(entry)) };
        void callbacks.send({ ...callback, onSent: nobody, onAnswered: nobody, onLost: nobody });
      }
      return entry.id;
    },
  };
}
