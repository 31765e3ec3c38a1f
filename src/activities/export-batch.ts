import { Context } from '@temporalio/activity';
import type { ExportActivities } from '../contract/activities.ts';
import { METRICS } from '../contract/metrics.ts';
import type { CampaignEventExporter } from '../exporters/index.ts';

const METRIC = 'sinch_events_exported_total';

/** Sends one batch of a project's campaign events. What comes of it is its result; it throws where the store is away. */
export function createExportActivities(exporter: Pick<CampaignEventExporter, 'exportBatch'>): ExportActivities {
  return {
    async exportBatch(projectId) {
      const { cancellationSignal, metricMeter } = Context.current();
      const batch = await exporter.exportBatch(projectId, cancellationSignal);
      const settled = metricMeter.createCounter(METRIC, undefined, METRICS[METRIC].help);
      const { exported, refused, leftOut: left_out } = batch;
      for (const [result, events] of Object.entries({ exported, refused, left_out })) {
        if (events > 0) settled.add(events, { projectId, result });
      }
      return batch;
    },
  };
}
