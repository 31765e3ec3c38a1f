export { type Simulator, startSimulator } from './simulator.ts';
export { DEMO_PLAN, type SimulatorOptions, type SimulatorPlan } from './options.ts';
export { type Behaviour, MAGIC_RECIPIENTS, type MagicRecipient, isBehaviour } from './behaviours.ts';
export { EVERY_PLAN, type SimulatorFault } from './faults.ts';
export { type ManualClock, type SimulatorClock, createManualClock, createRealClock } from './clock.ts';
export type { InboundText } from './inbounds-api.ts';
export { MISSING_OPERATIONS, OPERATIONS } from './operations.ts';
export type { SimulatedMessage, SimulatorCounts } from './truth.ts';
export type { SimulatedRequest } from './request-log.ts';
export {
  DEMO_TRACKING_PROJECT,
  type SimulatedTrackingApi,
  type SimulatedTrackingApiOptions,
  startTrackingApi,
  type TrackingProject,
} from './tracking-api.ts';
export { EVERY_PROJECT, type TrackingFault } from './tracking-faults.ts';
export type { TrackedEvent, TrackingCounts } from './tracking-store.ts';
