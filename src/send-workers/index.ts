export { type SendWorkers, type SendWorkersOptions, startSendWorkers } from './send-workers.ts';
