export {
  type Behaviour,
  createManualClock,
  DEMO_PLAN,
  MAGIC_RECIPIENTS,
  type MagicRecipient,
  type ManualClock,
  type SimulatedMessage,
  type SimulatedRequest,
  type Simulator,
  type SimulatorCounts,
  type SimulatorFault,
  type SimulatorOptions,
  type SimulatorPlan,
  startSimulator,
} from '../simulator/index.ts';
export { skipTime, stopSkippingTime, TimeSkippingError, workflowTime } from './time-skipping.ts';
export type { SkipTimeOptions, SkipTimeResult, TimeSkippingErrorCode } from './time-skipping.ts';
