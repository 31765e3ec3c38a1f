import { meaningOfStatus } from '../contract/delivery-report.ts';
import type { FinalStatus } from '../contract/campaign-event.ts';
import type { Ledger } from '../events/index.ts';
import type { SimulatedMessage } from '../simulator/index.ts';
import { reportsLate } from './silent.ts';

/** One number of ours beside the one that it has to be. */
export interface ComparedNumber {
  name: string;
  ours: number;
  /** By what the demo asked for and the simulator counted. */
  expected: number;
}

/** What the demo asked for and what Sinch, which is the simulator, did with it. */
export interface Truth {
  requested: number;
  withoutNumber: number;
  messages: readonly SimulatedMessage[];
  /** How often a client reference was accepted. */
  accepted: (clientReference: string) => number;
}

/** Every number of the ledger beside the truth. */
export function compare(ledger: Ledger, truth: Truth): ComparedNumber[] {
  const { requested, withoutNumber, messages } = truth;
  const ended = (status: FinalStatus): number =>
    messages.filter((message) => expectedStatus(message) === status).length;
  const twice = messages.filter(({ clientReference = '' }) => truth.accepted(clientReference) > 1).length;
  return [
    { name: 'requested', ours: ledger.requested, expected: requested },
    { name: 'skipped', ours: ledger.skipped, expected: withoutNumber },
    { name: 'enqueued', ours: ledger.enqueued, expected: messages.length },
    { name: 'enqueue_failed', ours: ledger.enqueueFailed, expected: requested - withoutNumber - messages.length },
    { name: 'delivered', ours: ledger.delivered, expected: ended('delivered') },
    { name: 'rejected', ours: ledger.rejected, expected: ended('rejected') },
    { name: 'failed', ours: ledger.failed, expected: ended('failed') },
    { name: 'timeout', ours: ledger.timeout, expected: ended('timeout') },
    { name: 'waiting', ours: ledger.waitingToSend + ledger.waitingForReport, expected: 0 },
    { name: 'sent twice', ours: twice, expected: 0 },
  ];
}

/** The final status that a message has to have, by what the simulator did with it. */
export function expectedStatus(message: SimulatedMessage): FinalStatus {
  // Nobody waits any more when a late report comes.
  if (message.finalStatus === undefined || reportsLate(message)) return 'timeout';
  const meaning = meaningOfStatus(message.finalStatus);
  switch (meaning) {
    case 'delivered':
    case 'rejected':
    case 'failed':
      return meaning;
    case 'no_receipt':
    case 'intermediate':
      return 'timeout';
  }
}
