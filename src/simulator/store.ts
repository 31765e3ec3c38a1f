import type { AnswerEffect, BehaviourDefinition } from './behaviours.ts';
import type { BatchRequest } from './batch-request.ts';

/** A batch that was accepted. */
export interface StoredBatch {
  /** A ULID. */
  id: string;
  servicePlanId: string;
  request: BatchRequest;
  /** Milliseconds since the epoch. */
  createdAt: number;
  modifiedAt: number;
  canceled: boolean;
  /** When a look-up for its client reference first showed it. */
  shownAt?: number;
  messages: StoredMessage[];
}

/** One recipient's message of a batch. */
export interface StoredMessage {
  batch: StoredBatch;
  recipient: string;
  behaviour: BehaviourDefinition;
  /** The special answer that its POST got, if any. */
  answer: AnswerEffect | undefined;
  /** Parts of the text for this recipient; 1 for what is no text. */
  partCount: number;
  /** Whether the text has a placeholder without a value for this recipient. */
  unmatchedParameter: boolean;
  /** The latest status that Sinch would show; an intermediate one never replaces a final one. */
  status: string;
  code: number;
  /** Milliseconds since the epoch: when the status began. */
  at: number;
  /** The first final status. */
  final?: { status: string; code: number; at: number };
  callbacks: { sent: number; answered: number; lost: number };
  /** When the first callback about it was taken. */
  toldAt?: number;
  /** When the client told that it was delivered. */
  feedbackAt?: number;
  /** Ends with the first attempt of the last report's callback. */
  lastCallback?: Promise<void>;
  /** Releases what waits for the message: its place in the queue and its planned reports. */
  release: Set<() => void>;
}

/** A range of creation times and a client reference, as lists are filtered. */
export interface ListFilter {
  /** Milliseconds since the epoch, inclusive. */
  startDate: number;
  /** Exclusive. */
  endDate?: number | undefined;
  clientReference?: string | undefined;
}

/** What Sinch knows of all plans. */
export interface Store {
  add(batch: StoredBatch): void;
  /** Puts another request and its messages in the place of a batch's own. */
  replace(batch: StoredBatch, request: BatchRequest, messages: readonly StoredMessage[]): void;
  /** Notes that a message has its first final status. */
  addFinished(message: StoredMessage): void;
  /** The plan's batch of that id, if look-ups show it. */
  batch(servicePlanId: string, batchId: string): StoredBatch | undefined;
  /** The plan's batches that look-ups show, newest first. */
  batches(servicePlanId: string, filter: ListFilter): StoredBatch[];
  /** The plan's finished messages that look-ups show, the latest first; the range is that of their reports. */
  finished(servicePlanId: string, filter: ListFilter): StoredMessage[];
  /** From when on look-ups show the batch, in milliseconds since the epoch. */
  visibleFrom(batch: StoredBatch): number;
  /** Every message in the order of acceptance, whether look-ups show it or not. */
  messages(): readonly StoredMessage[];
  /** How many batches were accepted with that client reference, over all plans. */
  accepted(clientReference: string): number;
  /** How many batches were accepted. */
  acceptedTotal(): number;
}

/** Sinch keeps batches for 14 days (Batches, "List batches"). */
const RETENTION_MS = 14 * 24 * 60 * 60 * 1000;

/** How long a batch stays invisible to look-ups, in milliseconds. */
export interface Visibility {
  visibilityDelayMs: number;
  /** Of a batch of a hidden behaviour. */
  hiddenMs: number;
}

/** From when on look-ups show a batch, in milliseconds since the epoch. */
function visibleFrom({ createdAt, messages }: StoredBatch, { visibilityDelayMs, hiddenMs }: Visibility): number {
  const isHidden = messages.some(({ behaviour, answer }) => behaviour.hidden === true && answer !== undefined);
  return createdAt + (isHidden ? Math.max(visibilityDelayMs, hiddenMs) : visibilityDelayMs);
}

/** Makes an empty store. Everything is kept until the simulator ends, since it is the truth that others are compared with. */
export function createStore(now: () => number, visibility: Visibility): Store {
  const byId = new Map<string, StoredBatch>();
  const byPlan = new Map<string, StoredBatch[]>();
  const byReference = new Map<string, StoredBatch[]>();
  const finishedByPlan = new Map<string, StoredMessage[]>();
  let messages: StoredMessage[] = [];

  const isVisible = (batch: StoredBatch): boolean => {
    return now() >= visibleFrom(batch, visibility) && now() - batch.createdAt < RETENTION_MS;
  };
  const inRange = (time: number, { startDate, endDate = Infinity }: ListFilter): boolean =>
    time >= startDate && time < endDate;
  const append = <Item>(lists: Map<string, Item[]>, key: string, item: Item): void => {
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [item]);
    else list.push(item);
  };

  return {
    add(batch) {
      byId.set(batch.id, batch);
      append(byPlan, batch.servicePlanId, batch);
      if (batch.request.clientReference !== undefined) append(byReference, batch.request.clientReference, batch);
      messages.push(...batch.messages);
    },
    replace(batch, request, given) {
      const { clientReference: before } = batch.request;
      if (before !== undefined && before !== request.clientReference) {
        byReference.set(
          before,
          (byReference.get(before) ?? []).filter((each) => each !== batch),
        );
      }
      if (request.clientReference !== undefined && before !== request.clientReference) {
        append(byReference, request.clientReference, batch);
      }
      const at = messages.findIndex((message) => message.batch === batch);
      messages = messages.filter((message) => message.batch !== batch);
      messages.splice(at, 0, ...given);
      Object.assign(batch, { request, messages: [...given], modifiedAt: now() });
    },
    addFinished(message) {
      append(finishedByPlan, message.batch.servicePlanId, message);
    },
    batch(servicePlanId, batchId) {
      const batch = byId.get(batchId);
      return batch !== undefined && batch.servicePlanId === servicePlanId && isVisible(batch) ? batch : undefined;
    },
    batches(servicePlanId, filter) {
      const candidates =
        filter.clientReference === undefined
          ? (byPlan.get(servicePlanId) ?? [])
          : (byReference.get(filter.clientReference) ?? []).filter((batch) => batch.servicePlanId === servicePlanId);
      const found = candidates.filter((batch) => isVisible(batch) && inRange(batch.createdAt, filter)).reverse();
      if (filter.clientReference !== undefined) for (const batch of found) batch.shownAt ??= now();
      return found;
    },
    finished(servicePlanId, filter) {
      const found = (finishedByPlan.get(servicePlanId) ?? [])
        .filter(
          (message) =>
            isVisible(message.batch) &&
            inRange(message.at, filter) &&
            (filter.clientReference === undefined || message.batch.request.clientReference === filter.clientReference),
        )
        .reverse();
      if (filter.clientReference !== undefined) for (const { batch } of found) batch.shownAt ??= now();
      return found;
    },
    visibleFrom: (batch) => visibleFrom(batch, visibility),
    messages: () => messages,
    accepted: (clientReference) => byReference.get(clientReference)?.length ?? 0,
    acceptedTotal: () => byId.size,
  };
}
