/** A project whose events are exported. */
export interface ActiveExporter {
  projectId: string;
  /** ISO 8601: changes with the exporter's settings. */
  updatedAt: string;
  /** Whether events wait. */
  pending: boolean;
}
