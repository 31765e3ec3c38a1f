import type { CallbackSender } from './callbacks.ts';
import type { SimulatorClock } from './clock.ts';
import type { ReportStep } from './behaviours.ts';
import type { ResolvedOptions, SimulatorPlan } from './options.ts';
import { type PlanQueue, createPlanQueue } from './plan-queue.ts';
import { seededFraction, spreadDelay } from './seeded.ts';
import { CODE, isFinal } from './status.ts';
import type { Store, StoredBatch, StoredMessage } from './store.ts';
import { batchReportBody, recipientReportBody } from './wire.ts';
import type { WorkTracker } from './work.ts';

/** What becomes of accepted messages: queue, dispatch, reports. */
export interface Delivery {
  /**
   * Takes the messages of a batch on. Resolves at once, except where a report has to come before the answer of the
   * POST: then when its callback has been answered.
   */
  accept(batch: StoredBatch): Promise<void>;
  /** Takes messages that have not left the queue out of it, without a report: others come in their place. */
  withdraw(batch: StoredBatch): void;
  /** Cancels what has not left the queue. */
  cancel(batch: StoredBatch): void;
  /** A plan's throughput was changed. */
  rateChanged(servicePlanId: string): void;
}

/** What delivery needs. */
export interface DeliveryDeps {
  clock: SimulatorClock;
  work: WorkTracker;
  store: Store;
  callbacks: CallbackSender;
  planOf: (servicePlanId: string) => SimulatorPlan | undefined;
  options: Pick<ResolvedOptions, 'reportDelayMs' | 'lateReportMs' | 'seed'>;
}

/** Makes the delivery of one simulator. */
export function createDelivery({ clock, work, store, callbacks, planOf, options }: DeliveryDeps): Delivery {
  const queues = new Map<string, PlanQueue<StoredMessage>>();

  const queueOf = (servicePlanId: string): PlanQueue<StoredMessage> => {
    const queue =
      queues.get(servicePlanId) ??
      createPlanQueue<StoredMessage>(clock, () => planOf(servicePlanId)?.messagesPerSecond, dispatch);
    queues.set(servicePlanId, queue);
    return queue;
  };

  /** Calls `fn` later unless the message is released before; counts as open work until then. */
  const later = (message: StoredMessage, ms: number, fn: () => void): void => {
    const endWork = work.begin();
    const cancelTimer = clock.setTimer(() => {
      message.release.delete(release);
      fn();
      endWork();
    }, ms);
    const release = (): void => {
      cancelTimer();
      endWork();
    };
    message.release.add(release);
  };

  const callBack = (
    batch: StoredBatch,
    messages: readonly StoredMessage[],
    body: unknown,
    after?: Promise<void>,
  ): Promise<void> => {
    const { servicePlanId } = batch;
    const url = batch.request.callbackUrl ?? planOf(servicePlanId)?.callbackUrl;
    if (url === undefined) return Promise.resolve();
    const count = (what: keyof StoredMessage['callbacks']) => (): void => {
      for (const message of messages) message.callbacks[what] += 1;
    };
    const callback = {
      servicePlanId,
      url,
      body: JSON.stringify(body),
      onSent: count('sent'),
      onAnswered: () => {
        count('answered')();
        for (const message of messages) message.toldAt ??= clock.now();
      },
      onLost: count('lost'),
    };
    return callbacks.send(callback, after);
  };

  const report = async (message: StoredMessage, step: Omit<ReportStep, 'after'>): Promise<void> => {
    const { batch } = message;
    const { status, code, callback = 'as_asked', copies = 1 } = step;
    const at = clock.now();
    const final = isFinal(status);
    if (final || message.final === undefined) Object.assign(message, { status, code, at });
    const isFirstFinal = final && message.final === undefined;
    if (isFirstFinal) {
      message.final = { status, code, at };
      store.addFinished(message);
    }
    if (callback === 'never') return;

    const asked = batch.request.deliveryReport;
    if (asked === 'per_recipient' || (asked === 'per_recipient_final' && (final || callback === 'per_recipient'))) {
      const originator = planOf(batch.servicePlanId)?.defaultOriginator;
      const body = recipientReportBody(message, { status, code, at }, originator);
      // Not before the last one was answered: a behaviour that says which report comes first has to be believed.
      const after = message.lastCallback;
      message.lastCallback = Promise.all(
        Array.from({ length: copies }, () => callBack(batch, [message], body, after)),
      ).then(() => undefined);
      await message.lastCallback;
    }
    if ((asked === 'summary' || asked === 'full') && isFirstFinal && batch.messages.every(({ final }) => final)) {
      await callBack(batch, batch.messages, batchReportBody(batch, asked));
    }
  };

  const reportDelayOf = ({ batch, recipient }: StoredMessage): number => {
    const { servicePlanId, request } = batch;
    const subject = [servicePlanId, request.clientReference ?? batch.id, recipient];
    return spreadDelay(options.reportDelayMs, seededFraction(options.seed, 'delay', ...subject));
  };

  /** Why the message cannot be sent although its batch was accepted. */
  const abortOf = (message: StoredMessage): number | undefined => {
    const { maxParts, expireAt } = message.batch.request;
    if (message.unmatchedParameter) return CODE.unmatchedParameter;
    if (maxParts !== undefined && message.partCount > maxParts) return CODE.exceededParts;
    return clock.now() >= expireAt ? CODE.internalExpiry : undefined;
  };

  /** The message's turn in the queue; answers whether it was sent. */
  const dispatch = (message: StoredMessage): boolean => {
    // Work must not look finished between leaving the queue and planning the reports.
    const endWork = work.begin();
    releaseAll(message);
    const abort = abortOf(message);
    if (abort === undefined) {
      void report(message, { status: 'Dispatched', code: CODE.dispatched });
      const delay = reportDelayOf(message);
      for (const step of message.behaviour.reports) {
        const ms = step.after === 'late' ? options.lateReportMs : Math.round(step.after * delay);
        later(message, ms, () => void report(message, step));
      }
    } else {
      later(message, 0, () => void report(message, { status: 'Aborted', code: abort }));
    }
    endWork();
    return abort === undefined;
  };

  const enqueue = (message: StoredMessage): void => {
    const queue = queueOf(message.batch.servicePlanId);
    const endWork = work.begin();
    message.release.add(() => {
      queue.remove(message);
      endWork();
    });
    queue.push(message);
  };

  return {
    async accept(batch) {
      const { sendAt } = batch.request;
      const before: Promise<void>[] = [];
      for (const message of batch.messages) {
        const wait = (sendAt ?? 0) - clock.now();
        if (wait <= 0 && message.answer?.answer.kind === 'after_report' && abortOf(message) === undefined) {
          before.push(...message.behaviour.reports.map((step) => report(message, step)));
          continue;
        }
        void report(message, { status: 'Queued', code: CODE.queued });
        if (wait > 0) later(message, wait, () => enqueue(message));
        else enqueue(message);
      }
      await Promise.all(before);
    },
    withdraw(batch) {
      for (const message of batch.messages) releaseAll(message);
    },
    cancel(batch) {
      const queued = batch.messages.filter(({ status }) => status === 'Queued');
      const endWork = work.begin();
      for (const message of queued) {
        releaseAll(message);
        later(message, 0, () => void report(message, { status: 'Cancelled', code: CODE.cancelled }));
      }
      endWork();
    },
    rateChanged: (servicePlanId) => queues.get(servicePlanId)?.rateChanged(),
  };
}

function releaseAll(message: StoredMessage): void {
  const releases = [...message.release];
  message.release.clear();
  for (const release of releases) release();
}
