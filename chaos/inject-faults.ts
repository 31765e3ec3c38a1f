import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresServer } from '../test/helpers/postgres.ts';
import type { Simulator, SimulatorFault } from '../src/simulator/index.ts';
import type { FaultKind, FaultLane, FaultSchedule, ScheduledFault } from './fault-schedule.ts';
import type { ChaosSystem } from './system.ts';
import type { ChaosTemporal } from './temporal.ts';

/** What faults are injected into. */
export interface FaultTargets {
  system: Pick<ChaosSystem, 'workers' | 'server'>;
  temporal: Pick<ChaosTemporal, 'kill' | 'start'>;
  postgres: Pick<PostgresServer, 'interrupt' | 'resume'>;
  simulator: Pick<Simulator, 'setFault'>;
  servicePlanId: string;
}

/** Told what happens. */
export interface FaultObserver {
  began(fault: ScheduledFault): void;
  ended(fault: ScheduledFault): void;
}

/** What each kind does, in words for people. */
export const FAULT_WORDS: Readonly<Record<FaultKind, string>> = {
  worker_killed: 'one worker killed with -9',
  both_workers_killed: 'both workers killed with -9',
  worker_stalled: 'one worker stands still',
  temporal_killed: 'Temporal server killed with -9',
  postgres_stopped: 'PostgreSQL stopped',
  postgres_crashed: 'PostgreSQL crashed',
  server_killed: 'HTTP process killed with -9',
  sinch_429: 'Sinch answers 429',
  sinch_500: 'Sinch answers 500 and accepts nothing',
  sinch_500_accepted: 'Sinch answers 500 and accepts everything',
  sinch_503: 'Sinch answers 503',
  sinch_reset: 'Sinch resets connections and accepts nothing',
  sinch_reset_accepted: 'Sinch resets connections and accepts everything',
  sinch_silent: 'Sinch does not answer and accepts nothing',
  sinch_silent_accepted: 'Sinch does not answer and accepts everything',
  reports_lost: 'delivery reports are lost',
  reports_held: 'delivery reports are held up',
};

/** A standstill has to outlast the time-outs of those who wait for the worker. */
const STALL_FACTOR = 3;

const SINCH: Partial<Record<FaultKind, SimulatorFault>> = {
  sinch_429: { answer: { status: 429, headers: { 'retry-after': '1' } }, methods: ['POST'] },
  sinch_500: { answer: { status: 500 }, methods: ['POST'] },
  sinch_500_accepted: { answer: { status: 500 }, methods: ['POST'], carryOut: true },
  // Look-ups fail too: a failed one must not count as "not there".
  sinch_503: { answer: { status: 503 } },
  sinch_reset: { answer: 'reset' },
  sinch_reset_accepted: { answer: 'reset', methods: ['POST'], carryOut: true },
  sinch_silent: { answer: 'hang', methods: ['POST'] },
  sinch_silent_accepted: { answer: 'hang', methods: ['POST'], carryOut: true },
};

/** Held by every plan, so that it holds beside a fault of the plan's own. */
const REPORTS: Partial<Record<FaultKind, SimulatorFault>> = {
  reports_lost: { callbacks: 'drop' },
  reports_held: { callbacks: 'hold' },
};

/**
 * Carries out a schedule from now on: lanes beside each other, the faults of a lane one after the other. Resolves when
 * everything is put right and runs again. A run that is given up ends at the next fault.
 */
export async function injectFaults(
  { lanes }: FaultSchedule,
  targets: FaultTargets,
  { observer, signal }: { observer: FaultObserver; signal: AbortSignal },
): Promise<void> {
  const began = Date.now();
  const run = async ({ faults }: FaultLane): Promise<void> => {
    for (const fault of faults) {
      await delay(Math.max(0, began + fault.at - Date.now()), undefined, { signal });
      observer.began(fault);
      const putRight = await inject(fault, targets);
      try {
        await delay(lengthOf(fault), undefined, { signal });
      } finally {
        if (!signal.aborted) await putRight();
      }
      observer.ended(fault);
    }
  };
  await Promise.all(lanes.map(run));
}

function lengthOf({ kind, lasts }: ScheduledFault): number {
  return kind === 'worker_stalled' ? lasts * STALL_FACTOR : lasts;
}

/** Begins a fault and gives what puts it right. */
async function inject({ kind, worker }: ScheduledFault, targets: FaultTargets): Promise<() => Promise<void>> {
  const { system, temporal, postgres, simulator, servicePlanId } = targets;
  switch (kind) {
    case 'worker_killed': {
      const one = system.workers[worker];
      await one.kill();
      return () => one.start();
    }
    case 'both_workers_killed':
      await Promise.all(system.workers.map((each) => each.kill()));
      return async () => void (await Promise.all(system.workers.map((each) => each.start())));
    case 'worker_stalled': {
      const one = system.workers[worker];
      one.stall();
      return async () => one.goOn();
    }
    case 'temporal_killed':
      await temporal.kill();
      return () => temporal.start();
    case 'postgres_stopped':
    case 'postgres_crashed':
      await postgres.interrupt(kind === 'postgres_stopped' ? 'fast' : 'immediate');
      return () => postgres.resume();
    case 'server_killed':
      await system.server.kill();
      return () => system.server.start();
    case 'reports_lost':
    case 'reports_held':
      simulator.setFault('*', REPORTS[kind]);
      return async () => simulator.setFault('*', undefined);
    default:
      simulator.setFault(servicePlanId, SINCH[kind]);
      return async () => simulator.setFault(servicePlanId, undefined);
  }
}
