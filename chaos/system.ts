import type { ChaosRequest } from './requests.ts';
import type { NodeProcess } from './node-process.ts';
import type { RecordedEvent } from './compare.ts';

/** Where the parts of a run are reached; the ports stay the same over every restart. */
export interface ChaosPlaces {
  /** The run's folder. */
  folder: string;
  databaseUrl: string;
  temporalAddress: string;
  /** Of the simulator. */
  sinchUrl: string;
  plan: { servicePlanId: string; apiToken: string; hmacSecret: string };
  /** Of the process that takes requests and callbacks. */
  serverPort: number;
}

/**
 * What came of a request: taken for good; refused for good; or to be made again, since the answer was a failure or there
 * was none.
 */
export type RequestAnswer = 'taken' | 'refused' | 'again';

/** What is under test: this package, or the naive variant. */
export interface ChaosSystem {
  readonly workers: readonly [NodeProcess, NodeProcess];
  /** Takes the requests and the callbacks. */
  readonly server: NodeProcess;
  /** Makes one attempt to request a message. Never rejects. */
  request(request: ChaosRequest): Promise<RequestAnswer>;
  /** Registered messages without an end. */
  openMessages(): Promise<OpenMessage[]>;
  /**
   * Whether nothing but time or a look-up ends an open message any more, so that its time may be skipped: no send can
   * follow. Asked only where that is not known already.
   */
  waitsForTime(request: ChaosRequest): Promise<boolean>;
  /** Recovers lost callbacks. @returns how many reports were signalled; `undefined` where the system has no such thing */
  sweep(since: Date): Promise<number | undefined>;
  /** Every recorded event, as often as it is recorded. */
  events(): Promise<RecordedEvent[]>;
  /** What the books say beside the events. */
  books(): Promise<Books>;
  /** Disconnects; the processes are stopped by the run. */
  close(): Promise<void>;
}

/** A message without an end. */
export interface OpenMessage {
  messageId: string;
  /** Accepted by Sinch, or held for good, as is recorded: it will not be sent any more. `undefined`: not recorded. */
  stands?: 'enqueued' | 'held' | undefined;
}

/** What a system says of itself. */
export interface Books {
  /** How many messages were held for want of an answer. */
  held: number;
  /** When it was decided that a message is sent again, for want of an answer; ISO 8601. */
  resent: ReadonlyMap<string, string>;
  /** Messages whose events contradict each other. */
  contradicted: readonly string[];
  /** What in the ledger does not add up, in words; empty where all is right. */
  wrong: readonly string[];
}
