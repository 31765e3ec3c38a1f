/** @internal */
export { type JsonPayload, LARGEST_CODEC_BODY_BYTES, PayloadCodecError, runCodec } from './codec-json.ts';
export {
  createPayloadEncryption,
  type PayloadEncryption,
  type PayloadEncryptionOptions,
} from './payload-encryption.ts';
