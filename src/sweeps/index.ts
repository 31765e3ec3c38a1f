export { keepSweeping, type KeepSweepingOptions } from './keep-sweeping.ts';
