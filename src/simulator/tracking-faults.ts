import { isRecord } from './json-members.ts';

/** A fault of the tracking API that holds for a project until it is taken away or used up. Its members can be combined. */
export interface TrackingFault {
  /**
   * How requests end: never answered, connection reset, or with this status. A 429 drops what came, as the platform does.
   * @default requests are answered as usual
   */
  answer?: 'hang' | 'reset' | { status: number; body?: unknown; headers?: Readonly<Record<string, string>> };
  /** Whether the events of a request are taken all the same before it ends by `answer`. @default false */
  carryOut?: boolean;
  /** Milliseconds, 0 or more, by which every request is held up before anything else happens to it. @default 0 */
  slowMs?: number;
  /** Commands that get `success: false`: those with these command or event ids, or every n-th one that comes. */
  refuse?: { ids: readonly string[] } | { every: number };
  /** Errors of refused commands. @default a sentence that names none of the event's values */
  errors?: readonly string[];
  /** Only every n-th request is concerned, an integer of 1 or more. @default 1 */
  every?: number;
  /** The fault ends after it has concerned so many requests. @default no limit */
  times?: number;
}

/** Stands for every project; a project's own fault goes before it. */
export const EVERY_PROJECT = '*';

/** The faults that hold at the moment. */
export interface TrackingFaults {
  /** Sets a fault, or takes it away. @throws TypeError if the fault is not of the right form */
  set(projectToken: string, fault: TrackingFault | undefined): void;
  /** The fault that concerns a request; counts against its `every` and `times`. */
  take(projectToken: string): TrackingFault | undefined;
  all(): Readonly<Record<string, TrackingFault>>;
}

/** Makes an empty set of faults. */
export function createTrackingFaults(): TrackingFaults {
  const faults = new Map<string, { fault: TrackingFault; seen: number; left: number }>();
  return {
    set(projectToken, fault) {
      if (fault === undefined) faults.delete(projectToken);
      else faults.set(projectToken, { fault: checked(fault), seen: 0, left: fault.times ?? Infinity });
    },
    take(projectToken) {
      const key = faults.has(projectToken) ? projectToken : EVERY_PROJECT;
      const held = faults.get(key);
      if (held === undefined) return undefined;
      held.seen += 1;
      if (held.seen % (held.fault.every ?? 1) !== 0) return undefined;
      held.left -= 1;
      if (held.left <= 0) faults.delete(key);
      return held.fault;
    },
    all: () =>
      Object.fromEntries(
        [...faults].map(([key, { fault, left }]) => [key, left === Infinity ? fault : { ...fault, times: left }]),
      ),
  };
}

const MEMBERS = ['answer', 'carryOut', 'slowMs', 'refuse', 'errors', 'every', 'times'];

/** A fault can come from another process, so its form is checked, whatever its type says. */
function checked(fault: TrackingFault): TrackingFault {
  const wrong = (member: string, expected: string): never => {
    throw new TypeError(`fault.${member}: expected ${expected}, got ${JSON.stringify(Object(fault)[member])}`);
  };
  if (!isRecord(fault)) throw new TypeError(`fault: expected an object, got ${JSON.stringify(fault)}`);
  const unknown = Object.keys(fault).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined) throw new TypeError(`fault: expected only ${MEMBERS.join(', ')}, got ${unknown}`);

  const { answer, carryOut, slowMs, refuse, errors, every, times } = fault as TrackingFault;
  if (answer !== undefined && answer !== 'hang' && answer !== 'reset') {
    if (!isRecord(answer) || !isCount(answer.status) || answer.status < 200 || answer.status > 599) {
      wrong('answer', '"hang", "reset" or an object with a status from 200 to 599');
    }
    const headers: unknown = answer.headers ?? {};
    if (!isRecord(headers) || Object.values(headers).some((value) => typeof value !== 'string')) {
      wrong('answer', 'headers that are an object of strings');
    }
  }
  if (carryOut !== undefined && typeof carryOut !== 'boolean') wrong('carryOut', 'true or false');
  if (slowMs !== undefined && !(Number.isFinite(slowMs) && slowMs >= 0)) wrong('slowMs', '0 or more milliseconds');
  if (refuse !== undefined) {
    const some = isRecord(refuse) && ('ids' in refuse ? isStrings(refuse.ids) : isCount(refuse.every));
    if (!some) wrong('refuse', 'an object with `ids`, a list of strings, or `every`, an integer of 1 or more');
  }
  if (errors !== undefined && !isStrings(errors)) wrong('errors', 'a list of strings');
  if (every !== undefined && !isCount(every)) wrong('every', 'an integer of 1 or more');
  if (times !== undefined && !isCount(times)) wrong('times', 'an integer of 1 or more');
  return { ...fault };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
