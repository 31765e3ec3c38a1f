import { parseJson } from '../contract/json-text.ts';
import { constraintViolation, invalidFormat, invalidJson } from './answer.ts';
import { parseIsoTime } from './iso-time.ts';

/** A JSON object whose members are not known yet. */
export type JsonObject = Record<string, unknown>;

/** The body as a JSON object. @throws RefusedRequest `syntax_invalid_json` */
export function parseJsonObject(raw: string): JsonObject {
  const body = parseJson(raw);
  if (!body.ok) throw invalidJson(`The request body is not valid JSON: ${body.problem}`);
  if (!isRecord(body.value)) throw invalidJson('The request body is not a JSON object');
  return body.value;
}

/** A member that is one of `allowed`, or `fallback` where it is absent. @throws RefusedRequest */
export function oneOf<Word extends string>(
  body: JsonObject,
  member: string,
  allowed: readonly Word[],
  fallback: Word,
): Word {
  const value = body[member];
  if (value === undefined || value === null) return fallback;
  const word = allowed.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  throw invalidFormat(`${member} must be one of ${allowed.join(', ')}`);
}

/** A string of at most `longest` characters. @throws RefusedRequest */
export function optionalString(body: JsonObject, member: string, longest: number): string | undefined {
  const value = body[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidFormat(`${member} must be a string`);
  if (value.length > longest) throw constraintViolation(`${member} must have at most ${longest} characters`);
  return value;
}

/** @throws RefusedRequest where the member is there and no boolean */
export function optionalBoolean(body: JsonObject, member: string): boolean | undefined {
  const value = body[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw invalidFormat(`${member} must be true or false`);
  return value;
}

/** An integer within the limits, both included. @throws RefusedRequest */
export function optionalInteger(
  body: JsonObject,
  member: string,
  smallest: number,
  largest: number,
): number | undefined {
  const value = body[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw invalidFormat(`${member} must be an integer`);
  if (value < smallest || value > largest) throw constraintViolation(`${member} is out of range`);
  return value;
}

/** An ISO 8601 time as milliseconds since the epoch. @throws RefusedRequest */
export function optionalTime(body: JsonObject, member: string): number | undefined {
  const value = optionalString(body, member, 64);
  if (value === undefined) return undefined;
  const time = parseIsoTime(value);
  if (time === undefined) throw invalidFormat(`${member} must be an ISO 8601 time`);
  return time;
}

/** Whether `value` is an object and no list. */
export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
