import type { SendMessageInput } from '../../src/contract/message.ts';
import { workflowIdOf } from '../../src/contract/identity.ts';
import type { Database } from '../../src/db/index.ts';
import { createIntake, createStarts, type Intake, type IntakeAnswer, type Starts } from '../../src/intake/index.ts';
import { createRegister, type MessageRegister } from '../../src/register/index.ts';
import type { ProjectSettings, Settings } from '../../src/settings/index.ts';
import { shopSettings } from '../requests/shop.ts';

/** The intake of one process over a real register, with Temporal's part in the test's hands. */
export interface IntakeProcess {
  intake: Intake;
  starts: Starts;
  register: MessageRegister<IntakeAnswer>;
  /** Workflow ids that were started, one for each call. */
  started: string[];
  log: RecordedLog;
  /** Takes a message of the project. */
  take(body: Record<string, unknown>): Promise<IntakeAnswer>;
}

export interface IntakeProcessOptions {
  database: Database;
  /** A project of its own keeps a test's messages apart from those of others. */
  projectId: string;
  settings?: Settings;
  /** What Temporal does with a start. @default it takes it */
  startMessage?: (message: SendMessageInput) => Promise<unknown>;
  starts?: Partial<Parameters<typeof createStarts>[0]>;
  now?: () => Date;
}

/** Everything that was logged, fields and all. */
export interface RecordedLog {
  lines: string[];
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export function recordLog(): RecordedLog {
  const lines: string[] = [];
  const note = (fields: Record<string, unknown>, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { lines, warn: note, error: note };
}

/** A minute ago: what is requested then is old enough for a sweeper without grace. */
export const aMinuteAgo = (): Date => new Date(Date.now() - 60_000);

/** The settings of `shop` under another project id. */
export function projectNamed(projectId: string): ProjectSettings {
  return { projectId, defaultIntegrationId: 'main', defaultSender: 'Shop', countriesWithoutReports: ['DE'] };
}

/** Settings whose integrations belong to the project. */
export function settingsFor(projectId: string, base: Settings = shopSettings()): Settings {
  return {
    ...base,
    async integration(id) {
      const found = await base.integration(id);
      return found?.projectId === 'shop' ? { ...found, projectId } : found;
    },
  };
}

/** Its sweeper looks only when told to. */
export function startProcess(options: IntakeProcessOptions): IntakeProcess {
  const { database, projectId, startMessage, now = aMinuteAgo } = options;
  const log = recordLog();
  const started: string[] = [];
  const register = createRegister<IntakeAnswer>(database);
  const starts = createStarts({
    async startMessage(message) {
      await startMessage?.(message);
      started.push(workflowIdOf(message));
    },
    register,
    log,
    sweepMs: 3_600_000,
    graceMs: 0,
    // An answer that comes before the start, as on a busy machine, has tests of its own.
    patienceMs: 60_000,
    ...options.starts,
  });
  const intake = createIntake({ settings: options.settings ?? settingsFor(projectId), register, starts, now });
  return {
    intake,
    starts,
    register,
    started,
    log,
    take: (body) => intake.take(projectNamed(projectId), body),
  };
}

/** Resolves once it holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
