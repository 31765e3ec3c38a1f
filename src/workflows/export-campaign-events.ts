/**
 * The workflow of a project's export: wiring over `export-pause.ts`. It may import only `@temporalio/workflow` and
 * `contract/`, like all workflows.
 */
import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ExportActivities } from '../contract/activities.ts';
import type { ExportBatchResult, ExportInput, ExportTotals, WakeReason } from '../contract/export.ts';
import { WAKE_EXPORT_SIGNAL } from '../contract/names.ts';
import { markAsOurs } from '../contract/our-workflow.ts';
import { pauseAfter } from './export-pause.ts';

const wakeSignal = defineSignal<[WakeReason]>(WAKE_EXPORT_SIGNAL);

/** Events of a history after which the next run begins: well below what the server suggests, and quick to replay. */
const MOST_HISTORY_EVENTS = 1_000;

const { exportBatch } = proxyActivities<ExportActivities>({
  // Longer than a batch keeps others from sending (`exporters/outbox.ts`), the wait for the database included.
  startToCloseTimeout: '45s',
  // Only a defect or a database that is away fails it. Retries cost no history.
  retry: { initialInterval: '1s', maximumInterval: '1m' },
  summary: 'Send campaign events to the engagement platform',
});

/** Sends a project's campaign events to the engagement platform as long as the project has an exporter. */
export async function exportCampaignEvents(input: ExportInput): Promise<ExportTotals> {
  const { projectId } = input;
  let totals = input.totals ?? { exported: 0, refused: 0, leftOut: 0 };
  let failures = input.failures ?? 0;
  let woken: WakeReason[] = [];

  setHandler(wakeSignal, (reason) => void woken.push(reason), {
    description: 'Look for events now: `events`, or `settings` where the exporter was changed',
  });

  for (;;) {
    woken = [];
    const began = Date.now();
    const result = await exportBatch(projectId);
    totals = {
      exported: totals.exported + result.exported,
      refused: totals.refused + result.refused,
      leftOut: totals.leftOut + result.leftOut,
    };
    if (result.obstacle?.kind === 'off') {
      // It may have been set up again since the activity looked.
      if (woken.includes('settings')) continue;
      return totals;
    }
    failures = result.obstacle ? failures + 1 : 0;
    setCurrentDetails(explain(totals, result));
    const pause = pauseAfter(result, { failures, tookMs: Date.now() - began, jitter: Math.random() });
    if (pause.ms > 0) {
      const { summary, endedBy } = pause;
      await condition(() => woken.some((reason) => endedBy.includes(reason)), pause.ms, { summary });
    }
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    // Just before a look, so that a signal that came meanwhile is not missed.
    if (historyLength >= MOST_HISTORY_EVENTS || continueAsNewSuggested) {
      await continueAsNew<typeof exportCampaignEvents>({ projectId, totals, failures });
    }
  }
}

markAsOurs(exportCampaignEvents, 'temporal-sinch/exportCampaignEvents');

function explain({ exported, refused, leftOut }: ExportTotals, { obstacle }: ExportBatchResult): string {
  const sums = `${exported} events exported, ${refused} refused for good, ${leftOut} left out, since the export was started.`;
  switch (obstacle?.kind) {
    case undefined:
    case 'off':
      return sums;
    case 'busy':
      return `${sums} ${obstacle.comment}.`;
    case 'no_access':
      return `${sums} The engagement platform takes none with these settings (${obstacle.comment}): an admin has to check key, permission, project token and base URL. Nothing is lost; it is tried again.`;
    case 'unavailable':
      return `${sums} The engagement platform does not take any at the moment (${obstacle.comment}): they are sent again.`;
  }
}
