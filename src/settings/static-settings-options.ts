import type { BareNumbers } from '../countries/index.ts';
import type { AllowPrivateHosts } from '../hosts/index.ts';
import type { CallbackAuth, Region } from './settings.ts';

/** One connection to a Sinch service plan, as `staticSettings` takes it. */
export interface StaticIntegrationOptions {
  /** 1 to 64 of `A-Za-z0-9._-`; unique over all projects, since the callback URL names it alone. */
  id: string;
  /** For people. @default the id */
  name?: string;
  /** The Service Plan ID of Sinch's dashboard. */
  servicePlanId: string;
  /**
   * Plans that it was given before its plan was corrected, such as a mistyped one: messages requested then still wait in
   * their queues, and are sent through `servicePlanId`, which is none of them. Leave them in until none waits.
   * @default none
   */
  formerServicePlanIds?: readonly string[];
  /** Where the plan lives. Exactly one of `region` and `baseUrl` is needed. */
  region?: Region;
  /**
   * Another host with the same API: scheme and host, without a path. HTTPS, except on this machine (the simulator), which
   * `allowPrivateHosts` has to allow.
   */
  baseUrl?: string;
  /** The plan's API token. */
  apiToken: string;
  /**
   * Throughput of the plan by contract, in messages a second (one recipient is one message); above 0. Integrations of
   * the same plan share it and must agree on it.
   * @default DEFAULT_MESSAGES_PER_SECOND
   */
  messagesPerSecond?: number;
  /** `false`: no new messages, and those that wait are not sent. Reports are taken all the same. @default true */
  enabled?: boolean;
  /**
   * How callbacks prove that they come from Sinch. Up to two secrets or passwords, the current one first. Path secrets
   * have at least 22 characters of `A-Za-z0-9_-`, room for 128 bits.
   * @default a path secret made of the API token, see `deriveCallbackSecret` before you change the token
   */
  callbackAuth?: CallbackAuth;
  /**
   * Full URL that Sinch calls, at most 2048 characters. With a path secret it has to end in it.
   * @default made of `publicUrl`; without that, the plan's default callback at Sinch
   */
  callbackUrl?: string;
  /** Countries (ISO 3166-1 alpha-2) that the plan may send MMS to. @default DEFAULT_MMS_COUNTRIES */
  mmsCountries?: readonly string[];
  /** Whether Sinch has a default originator for the plan, so that a message may go without a sender. @default false */
  hasDefaultOriginator?: boolean;
}

/** A project and what it sends through, as `staticSettings` takes it. */
export interface StaticProjectOptions {
  /** 1 to 32 of `a-z`, `0-9` and `-`. */
  id: string;
  /** The default SMS provider. Needed where there are several integrations. @default the only integration */
  defaultIntegrationId?: string;
  /** Used unless a request names a sender; see `parseSender`. */
  defaultSender?: string;
  /** Name of the campaign event at the engagement platform, at most 255 characters. @default DEFAULT_EVENT_NAME */
  eventName?: string;
  /** Replaces the default list (ISO 3166-1 alpha-2). @default COUNTRIES_WITHOUT_REPORTS */
  countriesWithoutReports?: readonly string[];
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
   * Whole days after which what identifies a person is taken out of messages, events and callbacks, by the HTTP process;
   * 1 to 36,500.
   * @default never
   */
  retentionDays?: number;
  integrations: readonly StaticIntegrationOptions[];
}

/** What `staticSettings` takes. */
export interface StaticSettingsOptions {
  /**
   * Where the webhook can be reached from the internet, with the path it is mounted below; callback URLs are made of
   * it. HTTPS, except on this machine.
   */
  publicUrl?: string;
  /**
   * Hosts of this machine and of private networks that may be reached, such as the simulator's: `true` for all, or a list
   * of names, addresses and networks. Base URLs, and media URLs of requests, may name no other one.
   * @default false: those of the internet alone
   */
  allowPrivateHosts?: AllowPrivateHosts;
  /** At least one. */
  projects: readonly StaticProjectOptions[];
}

/** Sinch tells a plan's real throughput in its dashboard and in the contract, not in its API. */
export const DEFAULT_MESSAGES_PER_SECOND = 30;

/** Sinch sends MMS there (MMS support, "Destinations"), where the account manager has enabled it. */
export const DEFAULT_MMS_COUNTRIES: readonly string[] = Object.freeze(['US', 'CA', 'AU', 'PR']);
