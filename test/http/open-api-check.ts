import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { OpenApiDocument } from '../../src/http/index.ts';

/** An answer that was given. */
export interface GivenAnswer {
  method: string;
  /** Without the query. */
  path: string;
  status: number;
  headers: Headers;
  text: string;
}

/** Holds answers against the OpenAPI document. */
export type AnswerCheck = (answer: GivenAnswer) => void;

/**
 * Makes a check that fails for an answer which the document does not describe: another status, another type, another
 * shape, or a member that it does not name.
 */
export function createAnswerCheck(document: OpenApiDocument): AnswerCheck {
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': isTime } });
  ajv.addSchema(closed(document), 'api');
  const validators = new Map<string, ValidateFunction>();

  const validatorOf = (pointer: readonly string[]): ValidateFunction => {
    const ref = `api#/${pointer.map((part) => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1'))).join('/')}`;
    const validator = validators.get(ref) ?? ajv.compile({ $ref: ref });
    validators.set(ref, validator);
    return validator;
  };

  return ({ method, path, status, headers, text }) => {
    const template = templateOf(document, method, path);
    const what = `${method} ${path} answered ${status}`;
    if (template === undefined) {
      assert.ok([401, 404].includes(status), `${what}, and the document has no such route`);
      return;
    }
    const operation = document.paths?.[template]?.[method.toLowerCase() as 'get'];
    const response = operation?.responses?.[status] as { content?: Record<string, object> } | undefined;
    assert.ok(response, `${what}, which the document does not have: ${text.slice(0, 300)}`);
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    if (response.content === undefined) {
      assert.equal(text, '', `${what} with a body, and the document has none`);
      return;
    }
    assert.ok(
      type in response.content,
      `${what} as ${type}, and the document has ${Object.keys(response.content).join()}`,
    );
    const pointer = ['paths', template, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema'];
    const validate = validatorOf(pointer);
    assert.ok(
      validate(type === 'text/plain' ? text : JSON.parse(text)),
      `${what} otherwise than documented: ${ajv.errorsText(validate.errors)}\n${text}`,
    );
  };
}

/** The documented path that the request's belongs to; one without parameters first. */
function templateOf({ paths = {} }: OpenApiDocument, method: string, path: string): string | undefined {
  const fits = (template: string): boolean =>
    new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
  const fitting = Object.keys(paths).filter(
    (template) => fits(template) && method.toLowerCase() in (paths[template] ?? {}),
  );
  return fitting.sort((a, b) => a.split('{').length - b.split('{').length)[0];
}

/** Clients have to bear members that are added later; here each that is not documented is a mistake. */
function closed<T>(value: T): T;
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => closed(item));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, closed(member)]));
  const isOpen = members['type'] === 'object' && 'properties' in members && !('additionalProperties' in members);
  return isOpen ? { ...members, additionalProperties: false } : members;
}

function isTime(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(value) && !Number.isNaN(Date.parse(value));
}
