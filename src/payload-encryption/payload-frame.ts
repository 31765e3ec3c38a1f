/**
 * A payload as bytes: the length of its metadata (4 bytes), the metadata as JSON with base64 values, the data. Not
 * protobuf: the package that has the message is the SDK's own affair.
 */
import type { Payload } from '@temporalio/common';

const LENGTH_BYTES = 4;

/** The payload as bytes. */
export function framed({ metadata, data }: Payload): Buffer {
  const pairs = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  const header = Buffer.from(JSON.stringify(Object.fromEntries(pairs)));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(header.length);
  return Buffer.concat([length, header, data ?? new Uint8Array()]);
}

/** The payload that {@link framed} made bytes of. */
export function unframed(bytes: Uint8Array): Payload {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = LENGTH_BYTES + frame.readUInt32BE();
  const header = JSON.parse(frame.subarray(LENGTH_BYTES, end).toString()) as Record<string, string>;
  const pairs = Object.entries(header).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const);
  return { metadata: Object.fromEntries(pairs), data: frame.subarray(end) };
}
