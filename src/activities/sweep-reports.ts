import { createHash } from 'node:crypto';
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { SweepActivities } from '../contract/activities.ts';
import { contradictsEnd, type LateReport } from '../contract/campaign-event.ts';
import type { DeliveryReport } from '../contract/delivery-report.ts';
import { type MessageKey, parseWorkflowId, workflowIdOf } from '../contract/identity.ts';
import { sweepScheduleIdOf } from '../contract/names.ts';
import { NO_REPORTS, type SweepErrorCode, type SweepProgress, type SweepReportsInput } from '../contract/sweep.ts';
import type { RecordedMessage } from '../events/index.ts';
import type { Integration } from '../settings/index.ts';
import type { ReportPage } from '../sinch/index.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { inParallel } from './in-parallel.ts';
import { createReportReader } from './report-reader.ts';

/** Signals on their way at the same time: enough to be faster than messages end, and no flood. */
const SIGNALS_AT_ONCE = 32;

/** Reports that are remembered, to know those that have moved to a later page meanwhile. */
const REMEMBERED = 2_000;

/** Well within the heartbeat's time-out, also while Sinch is waited for. */
const HEARTBEAT_MS = 3_000;

/** Of each statement: the heartbeats go on while a store hangs, so that the server does not notice. */
const STORE_TIMEOUT_MS = 10_000;

/** What sweeping acts on. */
export interface SweepDependencies extends Pick<ActivityDependencies, 'settings' | 'events' | 'sinch' | 'log'> {
  /**
   * Hands a report to its message. `closed`: the message has ended; `unknown`: Temporal has no such message.
   * @param client of the worker
   * @param requestId the same for the same report, so that Temporal may drop repeats
   */
  signalReport(
    client: Client,
    workflowId: string,
    report: DeliveryReport,
    requestId: string,
    signal: AbortSignal,
  ): Promise<'signalled' | 'closed' | 'unknown'>;
}

/** A report with the message that its reference names. */
interface Addressed {
  key: MessageKey;
  report: Omit<DeliveryReport, 'integrationId'>;
}

/** One sweep: page after page of what Sinch has finished, each report to its message where that has not ended. */
export function createSweepActivities(deps: SweepDependencies): SweepActivities {
  return {
    async sweepReports(input) {
      const context = Context.current();
      const integrations = (await deps.settings.integrations()).filter(
        ({ servicePlanId }) => servicePlanId === input.servicePlanId,
      );
      const readers = readersOf(integrations, input.projectId);
      if (readers.length === 0) {
        if (input.projectId !== undefined) throw planUnknown(input.servicePlanId, input.projectId);
        await removeSchedule(context.client, input.servicePlanId);
        return NO_REPORTS;
      }
      const sweep = createSweep(deps, { input, integrations, client: context.client });
      let progress: SweepProgress = context.info.heartbeatDetails ?? { ...NO_REPORTS, page: 0, seen: 0 };
      const beat = (): void => context.heartbeat(progress);
      const beating = setInterval(beat, HEARTBEAT_MS);
      try {
        const reader = createReportReader(deps, {
          integrations: readers,
          since: input.since,
          signal: context.cancellationSignal,
        });
        let before: string | undefined;
        for (;;) {
          const page = await reader.read(progress.page);
          const items = page.reports.length + page.unreadable;
          if (items > 0 && page.fingerprint === before) throw pagesRepeat(input.servicePlanId, progress.page);
          before = page.fingerprint;
          progress = await sweep(page, progress, context.cancellationSignal);
          beat();
          // Counted by what came: a host with a smaller page than we ask for has more pages.
          if (items === 0 || (page.count !== undefined && progress.seen >= page.count)) break;
        }
      } finally {
        clearInterval(beating);
      }
      const { page: _page, seen: _seen, total: _total, ...counts } = progress;
      return counts;
    },
  };
}

/** Those to read the plan as, the likeliest to be let in first: a disabled one's token may have been withdrawn. */
function readersOf(integrations: readonly Integration[], projectId: string | undefined): Integration[] {
  const own = integrations.filter((each) => projectId === undefined || each.projectId === projectId);
  const enabled = own.filter((each) => each.enabled);
  // Somebody who asks for it may also sweep what is disabled, for the sake of messages that still wait.
  return projectId === undefined ? enabled : [...enabled, ...own.filter((each) => !each.enabled)];
}

/** Makes what is done with a page: the progress with the page in it. */
function createSweep(
  deps: SweepDependencies,
  { input, integrations, client }: { input: SweepReportsInput; integrations: readonly Integration[]; client: Client },
) {
  const { settings, events } = deps;
  const remembered = new Set<string>();
  const madeBefore = input.madeBefore === undefined ? Infinity : Date.parse(input.madeBefore);

  function isNew({ clientReference, report }: ReportPage['reports'][number]): boolean {
    const identity = JSON.stringify([clientReference, report.batchId, report.status, report.statusCode, report.at]);
    if (remembered.has(identity)) return false;
    remembered.add(identity);
    const [oldest = identity] = remembered;
    if (remembered.size > REMEMBERED) remembered.delete(oldest);
    return true;
  }

  /** Whose message it is. Several integrations may share the plan, and a message knows only its own. */
  async function integrationsOf({ projectId }: MessageKey, recorded: RecordedMessage | undefined): Promise<string[]> {
    if (recorded === undefined) {
      return integrations.filter((each) => each.projectId === projectId).map(({ id }) => id);
    }
    const integration = await settings.integration(recorded.integrationId);
    const isOfPlan = integration?.servicePlanId === input.servicePlanId && integration.projectId === projectId;
    return isOfPlan ? [integration.id] : [];
  }

  async function handOver(
    { key, report }: Addressed,
    recorded: RecordedMessage | undefined,
    signal: AbortSignal,
  ): Promise<'signalled' | 'alreadyFinal' | 'late' | 'unknown'> {
    const integrationIds = await integrationsOf(key, recorded);
    if (integrationIds.length === 0) return 'unknown';
    if (recorded?.final !== undefined) {
      if (!contradictsEnd(report.status, recorded.final)) return 'alreadyFinal';
      await keepLate({ ...key, report: { ...report, integrationId: recorded.integrationId }, reason: 'contradicts' });
      return 'late';
    }
    const workflowId = workflowIdOf(key);
    const results = new Set<string>();
    for (const integrationId of integrationIds) {
      const stamped: DeliveryReport = { ...report, integrationId };
      results.add(await deps.signalReport(client, workflowId, stamped, requestIdOf(workflowId, stamped), signal));
    }
    if (results.has('signalled')) return 'signalled';
    if (!results.has('closed')) return 'unknown';
    // A store that cannot be asked, or one in which the final event has been written since.
    if (!events.recorded || recorded?.admission === 'enqueued') return 'alreadyFinal';
    const [integrationId = ''] = integrationIds;
    await keepLate({ ...key, report: { ...report, integrationId }, reason: 'after_end' });
    return 'late';

    async function keepLate(late: LateReport): Promise<void> {
      await events.record({ ...key, events: [], lateReports: [late] }, inTime(signal));
    }
  }

  return async (page: ReportPage, before: SweepProgress, signal: AbortSignal): Promise<SweepProgress> => {
    const { reports, unreadable } = page;
    const progress = { ...before, page: before.page + 1, seen: before.seen + reports.length + unreadable };
    if (page.count !== undefined) progress.total = page.count;
    const addressed: Addressed[] = [];
    for (const item of reports) {
      if (!isNew(item) || Date.parse(item.report.at) >= madeBefore) continue;
      const key = item.clientReference === undefined ? undefined : parseWorkflowId(item.clientReference);
      if (input.projectId !== undefined && key?.projectId !== input.projectId) continue;
      progress.reports += 1;
      if (key) addressed.push({ key, report: item.report });
      else progress.unknown += 1;
    }
    // What cannot be read names no project, and is not told to one of several.
    if (input.projectId === undefined) {
      progress.reports += unreadable;
      progress.unreadable += unreadable;
    }
    if (addressed.length === 0) return progress;
    const keys = addressed.map(({ key }) => key);
    const known = new Map(
      (await events.recorded?.(keys, inTime(signal)))?.map((message) => [workflowIdOf(message), message] as const),
    );
    await inParallel(addressed, SIGNALS_AT_ONCE, async (each) => {
      signal.throwIfAborted();
      progress[await handOver(each, known.get(workflowIdOf(each.key)), signal)] += 1;
    });
    return progress;
  };
}

function inTime(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(STORE_TIMEOUT_MS)]);
}

/** Of its own and not the webhook's, which is made of a callback's bytes; the message knows the same report by itself. */
function requestIdOf(workflowId: string, report: DeliveryReport): string {
  const { integrationId, status, at, batchId, statusCode } = report;
  const identity = JSON.stringify([workflowId, integrationId, status, at, batchId, statusCode]);
  return `sweep:${createHash('sha256').update(identity).digest('hex')}`;
}

/** Nobody sends through the plan any more; where somebody does again, the schedule is made again. */
async function removeSchedule(client: Client, servicePlanId: string): Promise<void> {
  await client.schedule
    .getHandle(sweepScheduleIdOf(servicePlanId))
    .delete()
    .catch((error: unknown) => {
      if (!(error instanceof Error && error.name === 'ScheduleNotFoundError')) throw error;
    });
}

function planUnknown(servicePlanId: string, projectId: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'sweep_plan_unknown' satisfies SweepErrorCode,
    nonRetryable: true,
    message: `The delivery reports of plan ${servicePlanId} cannot be swept: project ${projectId} has no integration with it that is not archived`,
  });
}

function pagesRepeat(servicePlanId: string, page: number): ApplicationFailure {
  return ApplicationFailure.create({
    message: `The delivery reports of plan ${servicePlanId} cannot be swept: page ${page} is the page before it once more. Trying again from there`,
  });
}
