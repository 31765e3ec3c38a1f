import type { MessageClient, SweepClient } from '../client/index.ts';
import type { PayloadCodec } from '@temporalio/common';
import type { MessageKey } from '../contract/identity.ts';
import type { Log } from '../contract/log.ts';
import type {
  CampaignEvaluation,
  CampaignPage,
  CampaignsQuery,
  HeldMessagePage,
  HeldMessagesQuery,
  LateReportPage,
  LateReportQuery,
  Ledger,
  LedgerCheck,
  MessageEvents,
  UnmatchedReportPage,
  UnmatchedReportQuery,
} from '../events/index.ts';
import type { Erasure } from '../erasure/index.ts';
import type { Intake, IntakeAnswer } from '../intake/index.ts';
import type { PlanHolds } from '../plans/index.ts';
import type { Metrics } from '../metrics/index.ts';
import type { MessageRegister } from '../register/index.ts';
import type { Integration, Settings, SettingsAdmin } from '../settings/index.ts';
import type { ConnectionTest } from '../sinch/index.ts';
import type { Webhook } from '../webhook/index.ts';
import type { CallerOf } from './credentials.ts';
import type { FailedLogIns } from './failed-log-ins.ts';

/** What the HTTP surface acts on. */
export interface AppDeps {
  settings: Settings;
  /** Where all of this can be reached from outside; a path of it is taken with requests and without. @default at the root */
  publicUrl?: string;
  /** Absent with static settings: routes that change or show settings then say so. */
  admin?: SettingsAdmin;
  intake: Intake;
  register: Pick<MessageRegister<IntakeAnswer>, 'find' | 'list'>;
  messages: Pick<MessageClient, 'status' | 'cancel' | 'cancelOrStartCancelled'>;
  readEvents: (key: MessageKey) => Promise<MessageEvents>;
  readLedger: (scope: { projectId: string; campaignId?: string }) => Promise<Ledger>;
  readCampaign: (campaign: { projectId: string; campaignId: string }) => Promise<CampaignEvaluation | undefined>;
  listCampaigns: (query: CampaignsQuery) => Promise<CampaignPage>;
  ledgerCheck: LedgerCheck;
  listHeldMessages: (query: HeldMessagesQuery) => Promise<HeldMessagePage>;
  /** How many messages of a project wait in the queue of each of the plans. */
  countWaiting: (scope: {
    projectId: string;
    servicePlanIds: readonly string[];
  }) => Promise<ReadonlyMap<string, number>>;
  listLateReports: (query: LateReportQuery) => Promise<LateReportPage>;
  listUnmatchedReports: (query: UnmatchedReportQuery) => Promise<UnmatchedReportPage>;
  /** Asks Sinch whether it takes what the integration has. */
  testConnection: (integration: Integration) => Promise<ConnectionTest>;
  /**
   * Lets events that the engagement platform refused leave once more.
   * Absent where no exporter runs: the route then says so.
   * @returns how many
   */
  retryExport?: (projectId: string) => Promise<number>;
  /** Plans that Sinch refuses. */
  planHolds: Pick<PlanHolds, 'find' | 'list' | 'probe'>;
  sweeps: SweepClient;
  webhook: Webhook;
  /** Takes a person out of a project. */
  erasure: Erasure;
  /** Decrypts what Temporal holds, for pages of these origins among others. */
  payloadCodec: { codec: PayloadCodec; origins: readonly string[] };
  callerOf: CallerOf;
  /** What is counted, and shown at `/metrics`. */
  metrics: Pick<Metrics, 'increment' | 'observe' | 'scrape'>;
  failedLogIns: FailedLogIns;
  /** What `/readyz` asks, by name; each throws where its part cannot work. */
  readiness: Readonly<Record<string, () => Promise<void>>>;
  log: Log;
}
