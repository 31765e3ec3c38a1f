/**
 * What admins set up, as everything else reads it. `staticSettings` serves embedders and the environment, `sqlSettings`
 * what admins keep in the database.
 */

import type { BareNumbers } from '../countries/index.ts';
import type { AllowPrivateHosts } from '../hosts/index.ts';

/** Sinch regions with a host of their own (API reference, "Base URL"). */
export type Region = 'us' | 'eu' | 'au' | 'br' | 'ca';

/** How a callback proves that it comes from Sinch. */
export type CallbackAuth =
  /** HMAC-SHA256 over the raw body (Webhooks, "HMAC Authentication"); Sinch switches it on for a plan at request. */
  | {
      type: 'hmac';
      /** One secret, or the current and the previous one during rotation. */
      secrets: readonly string[];
      /**
       * Largest age of the signature's timestamp, in milliseconds. Sinch retries for almost a day and whether a retry
       * is signed anew is not documented, so anything under 24 hours may lose reports.
       * @default no limit
       */
      toleranceMs?: number;
    }
  | { type: 'basic'; username: string; passwords: readonly string[] }
  /** A secret of at least 128 bits as the last part of the callback's path. The default: it needs nothing of Sinch. */
  | { type: 'url-secret'; secrets: readonly string[] };

/** A project's connection to one Sinch service plan. */
export interface Integration {
  /** Unique over all projects: the callback URL names it alone. */
  id: string;
  projectId: string;
  name: string;
  servicePlanId: string;
  /**
   * Plans that it was given before its plan was corrected: messages requested then still wait in their queues, and are
   * sent through `servicePlanId`.
   * @default none
   */
  formerServicePlanIds?: readonly string[];
  region: Region | 'custom';
  /** `https://{region}.sms.api.sinch.com`, or the custom one; without the path. */
  baseUrl: string;
  /** The plan's API token. */
  apiToken: string;
  /** Throughput of the plan by contract. */
  messagesPerSecond: number;
  /** A disabled integration takes no new messages and sends none that wait. */
  enabled: boolean;
  callbackAuth: CallbackAuth;
  /** Full URL that Sinch calls with reports, path secret included. Absent: the plan's default callback at Sinch. */
  callbackUrl?: string;
  /** Countries (ISO 3166-1 alpha-2) that the plan may send MMS to. */
  mmsCountries: readonly string[];
  /** Whether Sinch has a default originator for the plan, so that a message may go without a sender. */
  hasDefaultOriginator: boolean;
}

/** What holds for every message of a project. */
export interface ProjectSettings {
  projectId: string;
  /** The default SMS provider: used unless the request names another integration. */
  defaultIntegrationId?: string;
  /** Used unless the request names a sender. */
  defaultSender?: string;
  /** Predefined senders. @default none */
  senders?: readonly string[];
  /** Name of the campaign event at the engagement platform. @default DEFAULT_EVENT_NAME */
  eventName?: string;
  /** Countries (ISO 3166-1 alpha-2) whose operators send no delivery reports. */
  countriesWithoutReports: readonly string[];
  /**
   * How long a delivery report is waited for after acceptance, in milliseconds; above 0.
   * @default DEFAULT_REPORT_WINDOW_MS, 4 days
   */
  reportWindowMs?: number;
  /**
   * How long a message of unknown outcome is looked for at Sinch before it is held, in milliseconds; 0 or more.
   * @default DEFAULT_SETTLE_MS, 60 seconds
   */
  settleMs?: number;
  /**
   * `false` ends a message to a country without reports at its acceptance instead of waiting for a report that may come
   * all the same.
   * @default true
   */
  waitWhereNoReportsExpected?: boolean;
  /**
   * `false` leaves the search attribute `SinchStatus` at `open`: one history event and one billable action less for each
   * message.
   * @default true
   */
  statusAttribute?: boolean;
  /**
   * How numbers without `+` and `00` are read, in requests, searches and erasures: as international ones, as national ones of
   * a country (ISO 3166-1 alpha-2), or not at all (`refused`).
   * @default DEFAULT_BARE_NUMBERS, international
   */
  bareNumbers?: BareNumbers;
  /**
   * Whole days after which what identifies a person is taken out of messages, events and callbacks; 1 or more.
   * @default never
   */
  retentionDays?: number;
}

/** The settings as the intake, the activities, the send workers and the webhook read them. */
export interface Settings {
  /** The project, or `undefined` where there is none of that id. */
  project(projectId: string): Promise<ProjectSettings | undefined>;
  /**
   * The integration, enabled or not, or `undefined` where there is none of that id. One that is archived counts as
   * disabled, and is there as long as reports of its messages may come.
   */
  integration(integrationId: string): Promise<Integration | undefined>;
  /** All integrations that are not archived: what the send workers are made from. */
  integrations(): Promise<readonly Integration[]>;
  /** Reads what has changed by now, where settings are held in memory. Left out where they never change. */
  refresh?(): Promise<void>;
  /**
   * Hosts of this machine and of private networks that base URLs and media URLs may name; see `AllowPrivateHosts`. Whoever
   * connects asks it too.
   * @default false: those of the internet alone
   */
  readonly allowPrivateHosts?: AllowPrivateHosts;
}
