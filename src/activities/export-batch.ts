import { Context } from '@temporalio/activity';
import type { ExportActivities } from '../contract/activities.ts';
import type { CampaignEventExporter } from '../exporters/index.ts';

/** Sends one batch of a project's campaign events. What comes of it is its result; it throws where the store is away. */
export function createExportActivities(exporter: Pick<CampaignEventExporter, 'exportBatch'>): ExportActivities {
  return {
    exportBatch: async (projectId) => exporter.exportBatch(projectId, Context.current().cancellationSignal),
  };
}
