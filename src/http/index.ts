export { type App, createApp } from './app.ts';
export type { AppDeps } from './app-deps.ts';
export type { Access, Caller } from './access.ts';
export {
  campaignCheckSchema,
  type CampaignCheckView,
  campaignListSchema,
  type CampaignListView,
  campaignSchema,
  type CampaignView,
  type ExplainCode,
} from './campaign-view.ts';
export { type CallerOf, createCallerOf, explainUnfitKey, type KnownKeys, SHORTEST_API_KEY } from './credentials.ts';
export { createFailedLogIns, type FailedLogIns, type FailedLogInsOptions } from './failed-log-ins.ts';
export type { HeldMessageListView, HoldListView } from './held-view.ts';
export type { MessageListView } from './message-list.ts';
export { DISPOSITIONS, LISTED_STATUSES } from './message-schema.ts';
export type { ListedProjectView } from './routes/project-settings.ts';
export type { IntegrationAnswer } from './routes/integrations.ts';
export type { EventView, MessageSummary, MessageView } from './message-view.ts';
export type { OpenApiDocument } from './open-api.ts';
export type { LateReportListView, UnmatchedReportListView } from './report-views.ts';
export { type ProblemCode, PROBLEMS } from './problem.ts';
export { MOST_DAYS_BACK, type StartedSweepView, type SweepView } from './routes/sweeps.ts';
