/** A fault that holds for a plan until it is taken away or used up. Its members can be combined. */
export interface SimulatorFault {
  /**
   * How requests end: never answered, connection reset, or with this status.
   * @default requests are answered as usual
   */
  answer?: 'hang' | 'reset' | { status: number; body?: unknown; headers?: Readonly<Record<string, string>> };
  /**
   * Whether a request is carried out all the same before it ends by `answer`: a POST is accepted, a DELETE cancels.
   * @default false
   */
  carryOut?: boolean;
  /** Milliseconds, 0 or more, by which every request is held up before anything else happens to it. @default 0 */
  slowMs?: number;
  /** Only requests with one of these methods are concerned. @default all */
  methods?: readonly string[];
  /** The requests' part of the fault ends after so many requests. @default no limit */
  times?: number;
  /** `hold`: callbacks wait until the fault is taken away. `drop`: they are lost for good. @default sent as usual */
  callbacks?: 'hold' | 'drop';
}

/** Stands for every plan; a plan's own fault goes before it. */
export const EVERY_PLAN = '*';

/** The faults that hold at the moment. */
export interface Faults {
  /** Sets the fault of a plan or of `*`, or takes it away. @throws TypeError if the fault is not of the right form */
  set(servicePlanId: string, fault: SimulatorFault | undefined): void;
  /** The fault that concerns a request; counts against its `times`. */
  take(servicePlanId: string, method: string): SimulatorFault | undefined;
  /** What is to be done with the plan's callbacks. */
  callbackMode(servicePlanId: string): 'send' | 'hold' | 'drop';
  /** All faults by plan. */
  all(): Readonly<Record<string, SimulatorFault>>;
}

/** Makes an empty set of faults. `onChange` is called after each change. */
export function createFaults(onChange: () => void): Faults {
  const faults = new Map<string, SimulatorFault>();

  const concerned = (servicePlanId: string, method: string): [string, SimulatorFault] | undefined => {
    for (const key of [servicePlanId, EVERY_PLAN]) {
      const fault = faults.get(key);
      if (fault === undefined || (fault.methods !== undefined && !fault.methods.includes(method))) continue;
      if (fault.answer !== undefined || (fault.slowMs ?? 0) > 0) return [key, fault];
    }
    return undefined;
  };

  return {
    set(servicePlanId, fault) {
      if (fault === undefined) faults.delete(servicePlanId);
      else faults.set(servicePlanId, checkedFault(fault));
      onChange();
    },
    take(servicePlanId, method) {
      const [key, fault] = concerned(servicePlanId, method) ?? [];
      if (key === undefined || fault === undefined || fault.times === undefined) return fault;
      if (fault.times > 1) faults.set(key, { ...fault, times: fault.times - 1 });
      else if (fault.callbacks === undefined) faults.delete(key);
      else faults.set(key, { callbacks: fault.callbacks });
      return fault;
    },
    callbackMode(servicePlanId) {
      return faults.get(servicePlanId)?.callbacks ?? faults.get(EVERY_PLAN)?.callbacks ?? 'send';
    },
    all: () => Object.fromEntries(faults),
  };
}

const MEMBERS = ['answer', 'carryOut', 'slowMs', 'methods', 'times', 'callbacks'];

/** A fault can come from another process, so its form is checked, whatever its type says. */
function checkedFault(fault: SimulatorFault): SimulatorFault {
  const wrong = (member: string, expected: string): never => {
    throw new TypeError(`fault.${member}: expected ${expected}, got ${JSON.stringify(Object(fault)[member])}`);
  };
  if (typeof fault !== 'object' || fault === null || Array.isArray(fault)) {
    throw new TypeError(`fault: expected an object, got ${JSON.stringify(fault)}`);
  }
  const unknown = Object.keys(fault).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined) throw new TypeError(`fault: expected only ${MEMBERS.join(', ')}, got ${unknown}`);

  const { answer, carryOut, slowMs, methods, times, callbacks } = fault;
  if (answer !== undefined && answer !== 'hang' && answer !== 'reset') {
    const status = typeof answer === 'object' && answer !== null ? answer.status : undefined;
    if (!Number.isInteger(status) || Number(status) < 200 || Number(status) > 599) {
      wrong('answer', '"hang", "reset" or an object with a status from 200 to 599');
    }
    const headers: unknown = answer.headers ?? {};
    if (typeof headers !== 'object' || headers === null || Object.values(headers).some((v) => typeof v !== 'string')) {
      wrong('answer', 'headers that are an object of strings');
    }
  }
  if (carryOut !== undefined && typeof carryOut !== 'boolean') wrong('carryOut', 'true or false');
  if (slowMs !== undefined && !(Number.isFinite(slowMs) && slowMs >= 0)) wrong('slowMs', '0 or more milliseconds');
  if (methods !== undefined && !(Array.isArray(methods) && methods.every((m) => typeof m === 'string'))) {
    wrong('methods', 'a list of HTTP methods');
  }
  if (times !== undefined && !(Number.isInteger(times) && times > 0)) wrong('times', 'an integer of 1 or more');
  if (callbacks !== undefined && callbacks !== 'hold' && callbacks !== 'drop') wrong('callbacks', '"hold" or "drop"');
  return { ...fault };
}
