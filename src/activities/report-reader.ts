/** Reads a plan's reports as whichever of its integrations Sinch lets in, and through what passes by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/activity';
import type { SweepErrorCode } from '../contract/sweep.ts';
import type { Integration } from '../settings/index.ts';
import type { ReportPage } from '../sinch/index.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Failures in a row after which the attempt ends; the server makes another one, which goes on where this one was. */
const MOST_FAILURES = 8;

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** The pages of one sweep. */
export interface ReportReader {
  /**
   * @param page from 0
   * @throws ApplicationFailure `sweep_refused`, not to be retried, where Sinch lets no integration in
   */
  read(page: number): Promise<ReportPage>;
}

/** What a reader needs beside Sinch. */
export interface ReportReaderOptions {
  /** Of the plan; at least one. They may have different tokens, of which only some are right. */
  integrations: readonly Integration[];
  /** ISO 8601 */
  since: string;
  signal: AbortSignal;
  /** Waits so many milliseconds unless the signal ends it. @default real time */
  pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

export function createReportReader(
  { sinch }: Pick<ActivityDependencies, 'sinch'>,
  { integrations, since, signal, pause = waitFor }: ReportReaderOptions,
): ReportReader {
  const waiting = [...integrations];
  return {
    async read(page) {
      let failures = 0;
      for (;;) {
        const [integration] = waiting;
        if (!integration) throw new TypeError(`No integration is left to read page ${page} as`);
        try {
          return await sinch(integration).finishedReports({ since, page }, signal);
        } catch (error) {
          signal.throwIfAborted();
          if (!isSinchError(error)) throw error;
          if (error.isStrangers !== true && isRefusal(error.statusCode)) {
            if (waiting.length === 1) throw refused(integration, error);
            waiting.shift();
            continue;
          }
          failures += 1;
          if (failures === MOST_FAILURES) throw error;
          await pause(pauseAfter(failures, error.retryAfterMs, Math.random()), signal);
        }
      }
    },
  };
}

/**
 * Milliseconds before the same page is asked for again: 1 s, doubling, up to 30 s unless Sinch asks for more, and up to a
 * quarter on top.
 * @param jitter 0 to 1
 */
export function pauseAfter(failures: number, retryAfterMs: number | undefined, jitter: number): number {
  const backOff = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
  return Math.max(Math.round(backOff * (1 + jitter / 4)), retryAfterMs ?? 0);
}

/** The members of `SinchRequestError`, which is known here by its type alone. */
function isSinchError(
  error: unknown,
): error is Error & { statusCode?: number; retryAfterMs?: number; isStrangers?: boolean } {
  return error instanceof Error && 'code' in error && error.code === 'sinch_request_failed';
}

/** Whether asking again would be answered the same. */
function isRefusal(statusCode: number | undefined): boolean {
  return statusCode !== undefined && statusCode >= 300 && statusCode < 500 && ![408, 425, 429].includes(statusCode);
}

function refused({ id, servicePlanId }: Integration, error: Error): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'sweep_refused' satisfies SweepErrorCode,
    nonRetryable: true,
    message: `The delivery reports of plan ${servicePlanId} cannot be read, the last try was as integration ${id}. ${error.message}`,
    cause: error,
  });
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
