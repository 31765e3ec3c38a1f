export {
  createErasure,
  type Erasure,
  type ErasureAnswer,
  type ErasureOptions,
  type ErasureRequest,
} from './erasure.ts';
export { createRetention, type Retention, type RetentionOptions, startRetention } from './retention.ts';
