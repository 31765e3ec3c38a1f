import type { Behaviour } from './behaviours.ts';
import { isoTime } from './iso-time.ts';
import type { Store, StoredMessage } from './store.ts';

/** What the simulator knows of one message. */
export interface SimulatedMessage {
  servicePlanId: string;
  batchId: string;
  clientReference?: string;
  /** Digits only. */
  recipient: string;
  kind: 'sms' | 'mms' | 'binary';
  behaviour: Behaviour;
  partCount: number;
  /** ISO 8601. */
  acceptedAt: string;
  /** ISO 8601: from when on look-ups show it. */
  visibleAt: string;
  /** ISO 8601: when a look-up for its client reference first showed it; absent while none has. */
  shownAt?: string;
  /** What look-ups show now. */
  status: string;
  statusCode: number;
  /** The first final status; absent while there is none. */
  finalStatus?: string;
  finalStatusCode?: number;
  /** ISO 8601. */
  finalAt?: string;
  /** Attempts to call back about the message, how many callbacks were taken, and how many are lost for good. */
  callbacks: { sent: number; answered: number; lost: number };
  /** ISO 8601: when the first callback about it was taken; absent while none was. */
  toldAt?: string;
  /** ISO 8601: when the client told by delivery feedback that it was delivered. */
  feedbackAt?: string;
}

/** How many of everything there are. */
export interface SimulatorCounts {
  /** Batches posted, whatever came of it. */
  posts: number;
  /** Batches accepted. */
  accepted: number;
  /** Messages of the accepted batches: one for each recipient. */
  messages: number;
  /** Messages by their first final status; only those that occur. */
  finals: Readonly<Record<string, number>>;
  /** Messages without a final status: not finished yet, or never to be. */
  withoutFinal: number;
}

/** A message as others may see it. */
export function describeMessage(message: StoredMessage, { visibleFrom }: Pick<Store, 'visibleFrom'>): SimulatedMessage {
  const { batch, recipient, behaviour, partCount, status, code, final, callbacks, toldAt, feedbackAt } = message;
  const { clientReference, type } = batch.request;
  return {
    servicePlanId: batch.servicePlanId,
    batchId: batch.id,
    ...(clientReference !== undefined && { clientReference }),
    recipient,
    kind: type === 'mt_text' ? 'sms' : type === 'mt_media' ? 'mms' : 'binary',
    behaviour: behaviour.behaviour,
    partCount,
    acceptedAt: isoTime(batch.createdAt),
    visibleAt: isoTime(visibleFrom(batch)),
    ...(batch.shownAt !== undefined && { shownAt: isoTime(batch.shownAt) }),
    status,
    statusCode: code,
    ...(final && { finalStatus: final.status, finalStatusCode: final.code, finalAt: isoTime(final.at) }),
    callbacks: { ...callbacks },
    ...(toldAt !== undefined && { toldAt: isoTime(toldAt) }),
    ...(feedbackAt !== undefined && { feedbackAt: isoTime(feedbackAt) }),
  };
}

/** Counts everything. */
export function countAll(store: Store, posts: number): SimulatorCounts {
  const messages = store.messages();
  const finals: Record<string, number> = {};
  for (const { final } of messages) {
    if (final !== undefined) finals[final.status] = (finals[final.status] ?? 0) + 1;
  }
  const withFinal = Object.values(finals).reduce((sum, count) => sum + count, 0);
  return {
    posts,
    accepted: store.acceptedTotal(),
    messages: messages.length,
    finals,
    withoutFinal: messages.length - withFinal,
  };
}
