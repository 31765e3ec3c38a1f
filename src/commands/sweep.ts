import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { MOST_DAYS_BACK, type StartedSweepView, type SweepView } from '../http/index.ts';
import { type ApiClient, ApiError, createApiClient } from './api-client.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, print, printJson } from './context.ts';
import { counted } from './counted.ts';
import { listenForStop } from './stop-signal.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';
import { timeAgo } from './time-ago.ts';

const POLL_MS = 500;

/** Just after an outage the server is busy: for so long it may be without an answer, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Between two lines of progress where lines stay, in milliseconds. */
const LINE_EVERY_MS = 10_000;

interface SweepOptions extends TargetOptions {
  since: string;
  integration?: string;
  json?: boolean;
}

/** `sweep`: recovers lost delivery reports at once. Fails where a sweep does. */
export function addSweepCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('sweep')
    .summary('recover delivery reports whose callbacks were lost')
    .description(
      "Reads Sinch's finished delivery reports since a time and hands those to their messages that these have not got, as " +
        'after an outage of the webhook. The server does it; Ctrl-C leaves it running there. Doing it twice does no harm. ' +
        'Ends with exit code 1 where a sweep failed.',
    )
    .requiredOption(
      '--since <time>',
      `how long ago, such as 30m, 2h or 3d, or a time in ISO 8601; at most ${MOST_DAYS_BACK} days, for so long Sinch keeps reports`,
      (value) => timeAgo(value, { mostDays: MOST_DAYS_BACK }),
    )
    .option('--integration <id>', "only this integration's plan (default: the plans of all that are enabled)")
    .option('--json', 'what it came to as one line of JSON');
  addTargetOptions(command)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch sweep --since 2h\n  temporal-sinch sweep --since 2026-11-24T08:00:00Z --integration sinch-eu --json\n${TARGET_HELP}`,
    )
    .action(async (options: SweepOptions) => {
      const target = await resolveTarget(options, context.env);
      const api = createApiClient(target);
      using stop = listenForStop();
      const started = await startSweeps(api, options);
      if (started.length === 0) {
        throw new CommandError(
          'no_integration',
          `Project ${target.projectId} has no enabled integration: name one with --integration.`,
        );
      }
      const views = await untilEnded(api, started, { context, signal: stop.signal });
      if (options.json) printJson(context, { sweeps: views.map(resultOf) });
      else for (const view of views) print(context, sentenceOf(view));
      const failed = views.filter(({ state }) => state === 'failed');
      if (failed.length > 0) {
        const which = failed.map(({ integrationId }) => integrationId).join(', ');
        throw new CommandError('sweep_failed', `The sweep of ${which} failed.`, { isShown: true });
      }
    });
}

async function startSweeps(api: ApiClient, { since, integration }: SweepOptions): Promise<StartedSweepView[]> {
  if (integration === undefined) {
    return (await api.post<{ sweeps: StartedSweepView[] }>('/sweeps', { since })).sweeps;
  }
  return [await api.post<StartedSweepView>(`/integrations/${encodeURIComponent(integration)}/sweeps`, { since })];
}

/** @throws CommandError `stopped` at Ctrl-C, or what the server is asked in vain for a minute, while the sweeps go on */
async function untilEnded(
  api: ApiClient,
  started: readonly StartedSweepView[],
  { context, signal }: { context: CommandContext; signal: AbortSignal },
): Promise<SweepView[]> {
  const progress = createProgressLine(context);
  let answeredAt = Date.now();
  try {
    for (;;) {
      try {
        const views = await Promise.all(
          started.map(({ integrationId, sweepId }) =>
            api.get<SweepView>(`/integrations/${encodeURIComponent(integrationId)}/sweeps/${sweepId}`),
          ),
        );
        answeredAt = Date.now();
        if (views.every(({ state }) => state !== 'running')) return views;
        progress.show(views.filter(({ state }) => state === 'running').map(progressOf));
      } catch (error) {
        if (!mayPass(error)) throw error;
        if (Date.now() - answeredAt > PATIENCE_MS) throw goesOn(started, error);
        progress.show(['the server does not answer; the sweep goes on']);
      }
      await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) throw goesOn(started);
    }
  } finally {
    progress.end();
  }
}

/** Whether the server, which has the sweep, may tell of it a moment later. */
function mayPass(error: unknown): error is CommandError {
  if (error instanceof ApiError) return error.status >= 500;
  return error instanceof CommandError && error.code === 'stack_unreachable';
}

function goesOn(started: readonly StartedSweepView[], unanswered?: CommandError): CommandError {
  const which = started.map(({ integrationId, sweepId }) => `${sweepId} of ${integrationId}`).join(', ');
  const rest = `The server goes on with the sweep: ${which}. Nothing is lost, and it may be started again.`;
  return unanswered === undefined
    ? new CommandError('stopped', `Stopped watching. ${rest}`, { exitCode: EXIT.interrupted })
    : new CommandError(unanswered.code, `Stopped watching: ${unanswered.message} ${rest}`, { cause: unanswered });
}

/** One line that changes on a terminal; elsewhere a line from time to time. */
function createProgressLine({ stderr }: CommandContext): { show(parts: string[]): void; end(): void } {
  const isTerminal = stderr.isTTY ?? false;
  let shownAt = Date.now();
  let isOpen = false;
  return {
    show(parts) {
      const line = parts.join('; ');
      if (isTerminal) {
        stderr.write(`\r\u001B[K${line}`);
        isOpen = true;
      } else if (Date.now() - shownAt >= LINE_EVERY_MS) {
        stderr.write(`${line}\n`);
        shownAt = Date.now();
      }
    },
    end() {
      if (isOpen) stderr.write('\r\u001B[K');
      isOpen = false;
    },
  };
}

function progressOf({ integrationId, seen, total, signalled, seconds }: SweepView): string {
  if (seen === undefined) return `${integrationId}: waiting for a worker, ${Math.floor(seconds)} s`;
  const of = total === undefined ? '' : ` of ${total}`;
  return `${integrationId}: ${seen}${of} reports read, ${signalled} handed over, ${Math.floor(seconds)} s`;
}

function resultOf({ integrationId, servicePlanId, seconds, error, ...view }: SweepView) {
  const { reports, signalled, alreadyFinal, late, unknown, unreadable } = view;
  return {
    integrationId,
    servicePlanId,
    reports,
    signalled,
    alreadyFinal,
    late,
    unknown,
    unreadable,
    seconds,
    ...(error === undefined ? {} : { error }),
  };
}

function sentenceOf({ integrationId, servicePlanId, seconds, error, ...view }: SweepView): string {
  const where = `Plan ${servicePlanId} (${integrationId})`;
  if (error) return `${where}: the sweep failed. ${error.message}`;
  const { reports, signalled, alreadyFinal, late, unknown, unreadable } = view;
  const rest = [
    [late, 'came too late'],
    [unknown, unknown === 1 ? 'belongs to no message that Temporal knows' : 'belong to no message that Temporal knows'],
    [unreadable, 'could not be read'],
  ] as const;
  const others = rest.filter(([count]) => count > 0).map(([count, what]) => `, ${count} ${what}`);
  return `${where}: ${counted(reports, 'report')} in ${seconds.toFixed(1)} s; ${signalled} handed to their messages, ${alreadyFinal} known already${others.join('')}.`;
}
