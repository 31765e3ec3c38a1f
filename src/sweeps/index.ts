export { keepSweeping, type KeepSweepingOptions, type KeptSweeps } from './keep-sweeping.ts';
