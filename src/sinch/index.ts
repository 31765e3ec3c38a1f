export { type Answer, classifyAnswer, classifyNetworkFailure, type NetworkFailure } from './classify-answer.ts';
export type { FoundBatch, SinchClient, Submission, SubmitOutcome } from './client.ts';
export { createSinchClient, LOOKUP_TIMEOUT_MS, type SinchClientOptions } from './create-sinch-client.ts';
export { createSinchClients, type SinchClients, type SinchClientsOptions } from './create-sinch-clients.ts';
export { parseCallback, type ParsedCallback, type ReceivedReport } from './parse-callback.ts';
export { DEFAULT_CONNECT_TIMEOUT_MS, DEFAULT_CONNECTIONS } from './plan-pool.ts';
export { baseUrlOfRegion } from './regions.ts';
export { MAX_RETRY_AFTER_MS, parseRetryAfter } from './retry-after.ts';
export {
  signCallback,
  type SignCallbackOptions,
  type SignatureRefusal,
  type SignatureVerification,
  verifyCallbackSignature,
  type VerifyCallbackSignatureOptions,
} from './signature.ts';
export { SinchRequestError } from './sinch-request-error.ts';
