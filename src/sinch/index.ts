export type { AccessCheck, NetworkFault } from './access-check.ts';
export {
  type Answer,
  classifyAnswer,
  classifyNetworkFailure,
  networkCodeOf,
  type NetworkFailure,
} from './classify-answer.ts';
export type { FoundBatch, ReportPage, SinchClient, Submission, SubmitOutcome } from './client.ts';
export { createSinchClient, LOOKUP_TIMEOUT_MS, type SinchClientOptions } from './create-sinch-client.ts';
export { createSinchClients, type SinchClients, type SinchClientsOptions } from './create-sinch-clients.ts';
export { parseJson } from './error-text.ts';
export { type Exchange, exchange } from './exchange.ts';
export { parseCallback, type ParsedCallback, type ReceivedReport } from './parse-callback.ts';
export { DEFAULT_CONNECT_TIMEOUT_MS, DEFAULT_CONNECTIONS } from './plan-pool.ts';
export { baseUrlOfRegion, REGIONS } from './regions.ts';
export { MAX_RETRY_AFTER_MS, parseRetryAfter } from './retry-after.ts';
export { safeText } from './safe-text.ts';
export {
  readSignature,
  SIGNATURE_HEADERS,
  signCallback,
  type SignCallbackOptions,
  type SignatureRefusal,
  type SignatureVerification,
  verifyCallbackSignature,
  type VerifyCallbackSignatureOptions,
} from './signature.ts';
export { SinchRequestError } from './sinch-request-error.ts';
export {
  type ConnectionTest,
  type ConnectionTestDeps,
  type ConnectionVerdict,
  testConnection,
  type TestedIntegration,
} from './test-connection.ts';
