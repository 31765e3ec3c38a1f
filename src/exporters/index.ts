export {
  type CampaignEventExporter,
  type CampaignEventExporterOptions,
  createCampaignEventExporter,
} from './exporter.ts';
export { keepExporting, type KeepExportingOptions } from './keep-exporting.ts';
export type { ActiveExporter } from './active-exporter.ts';
export { type ExportBacklog, readExportBacklog, retryRefused, type RetryRefusedOptions } from './refused-events.ts';
export { NO_CUSTOMER_IDS } from './tracking-event.ts';
