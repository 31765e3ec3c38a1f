export { skipTime, stopSkippingTime, TimeSkippingError, workflowTime } from './time-skipping.ts';
export type { SkipTimeOptions, SkipTimeResult, TimeSkippingErrorCode } from './time-skipping.ts';
