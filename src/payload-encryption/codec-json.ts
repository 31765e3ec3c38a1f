/** What Temporal's web UI and command line send to a codec server, and expect back: payloads as JSON. */
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { KeyringError } from '../db/index.ts';

/** A payload as JSON has it: bytes in base64. */
export interface JsonPayload {
  metadata?: Record<string, string>;
  data?: string;
}

/** Largest body of a codec server's request, in bytes: a page of a history, with payloads of the largest size. */
export const LARGEST_CODEC_BODY_BYTES = 8 * 1024 * 1024;

/** Why a codec server's request came to nothing: of another shape, or of a key that is not there. */
export type PayloadCodecErrorCode = 'invalid_payloads' | 'payload_undecodable';

/** Payloads that could not be encoded or decoded. The message quotes none of them. */
export class PayloadCodecError extends Error {
  readonly code: PayloadCodecErrorCode;

  constructor(code: PayloadCodecErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PayloadCodecError';
    this.code = code;
  }
}

/**
 * Answers a codec server's request.
 * @param body as it came
 * @throws PayloadCodecError
 */
export async function runCodec(
  codec: PayloadCodec,
  direction: 'encode' | 'decode',
  body: unknown,
): Promise<{ payloads: JsonPayload[] }> {
  const payloads = payloadsOf(body);
  try {
    return { payloads: (await codec[direction](payloads)).map(jsonOf) };
  } catch (cause) {
    const { message } = cause as KeyringError;
    throw new PayloadCodecError('payload_undecodable', `A payload could not be ${direction}d. ${message}`, { cause });
  }
}

function payloadsOf(body: unknown): Payload[] {
  const payloads: unknown = isRecord(body) ? body['payloads'] : undefined;
  if (!Array.isArray(payloads)) throw invalid();
  return payloads.map((payload: unknown) => {
    if (!isRecord(payload)) throw invalid();
    const { metadata = {}, data = '' } = payload;
    if (!isRecord(metadata ?? {})) throw invalid();
    const pairs = Object.entries(metadata ?? {}).map(([name, value]) => [name, bytesOf(value)] as const);
    return { metadata: Object.fromEntries(pairs), data: bytesOf(data ?? '') };
  });
}

function bytesOf(value: unknown): Buffer {
  if (typeof value !== 'string') throw invalid();
  return Buffer.from(value, 'base64');
}

function jsonOf({ metadata, data }: Payload): JsonPayload {
  const pairs = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  return {
    metadata: Object.fromEntries(pairs) as Record<string, string>,
    data: Buffer.from(data ?? new Uint8Array()).toString('base64'),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(): PayloadCodecError {
  return new PayloadCodecError(
    'invalid_payloads',
    'Expected { "payloads": [{ "metadata": { … }, "data": … }] } with values in base64, as codec servers are sent them',
  );
}
