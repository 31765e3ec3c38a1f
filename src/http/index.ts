export { createApiKeyCheck, SHORTEST_API_KEY } from './api-key.ts';
export { type AppDeps, createApp } from './app.ts';
export type { EventView, MessageSummary, MessageView } from './message-view.ts';
export type { ProblemCode } from './problem.ts';
