/** Where a project's campaign events leave to, as the exporter reads it. */
export interface ExporterSettings {
  projectId: string;
  /** Scheme and host of the tracking API. */
  baseUrl: string;
  /** Identifier of the project in the tracking API's paths. */
  projectToken: string;
  /** User name of HTTP Basic. */
  keyId: string;
  /** Password of HTTP Basic. */
  keySecret: string;
  enabled: boolean;
  requestsPerSecond: number;
  /** Name of the campaign event at the platform. */
  eventName: string;
  /** Names for statuses at the platform; `timeout` leaves only where it is mapped. */
  statusNames: Readonly<Record<string, string>>;
  /** ISO 8601; events recorded before are not exported. */
  since: string;
}
