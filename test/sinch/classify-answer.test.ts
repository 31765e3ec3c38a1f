import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classifyAnswer, classifyNetworkFailure, type SubmitOutcome } from '../../src/sinch/index.ts';
import { NOW } from './scripted-host.ts';

type Kind = SubmitOutcome['kind'];

const error = (code: string): string => JSON.stringify({ code, text: 'Because' });

const cases: readonly [status: number, body: string, kind: Kind, error?: string][] = [
  [200, '{"id":"01B"}', 'accepted'],
  [201, '{"id":"01B"}', 'accepted'],
  [201, 'not JSON', 'accepted'],
  [202, '', 'accepted'],
  [299, error('syntax_invalid_json'), 'accepted'],
  [301, '', 'integration_fault', 'redirected'],
  [304, '', 'integration_fault', 'redirected'],
  [308, '', 'integration_fault', 'redirected'],
  [400, error('syntax_invalid_json'), 'refused', 'syntax_invalid_json'],
  [400, error('syntax_invalid_parameter_format'), 'refused', 'syntax_invalid_parameter_format'],
  [400, error('syntax_constraint_violation'), 'refused', 'syntax_constraint_violation'],
  [400, '', 'refused'],
  [401, '', 'integration_fault'],
  [401, '""', 'integration_fault'],
  [401, '{}', 'integration_fault'],
  [401, '{"error":"Unauthorized"}', 'integration_fault'],
  [402, '', 'refused'],
  [403, error('unknown_group'), 'refused', 'unknown_group'],
  [403, error('illegal_number_type'), 'refused', 'illegal_number_type'],
  [403, error('llegal_number_type'), 'refused', 'llegal_number_type'],
  [403, error('a_code_of_tomorrow'), 'refused', 'a_code_of_tomorrow'],
  [403, error('blocked_account'), 'integration_fault', 'blocked_account'],
  [403, error('missing_callback_url'), 'integration_fault', 'missing_callback_url'],
  [403, '<html><title>Forbidden</title></html>', 'integration_fault'],
  [403, '{"code":403,"text":"Forbidden"}', 'integration_fault'],
  [404, '{}', 'integration_fault'],
  [404, 'Not found', 'integration_fault'],
  [405, '', 'integration_fault'],
  [406, '', 'refused'],
  [408, '', 'unknown'],
  [409, error('conflict'), 'refused', 'conflict'],
  [410, '', 'refused'],
  [413, '', 'refused'],
  [415, '', 'integration_fault'],
  [422, '', 'refused'],
  [429, '{"error":"failed"}', 'not_accepted'],
  [499, '', 'refused'],
  [500, '', 'unknown'],
  [501, '', 'unknown'],
  [502, '<html><title>Bad Gateway</title></html>', 'unknown'],
  [503, '', 'not_accepted'],
  [504, '', 'unknown'],
  [520, '', 'unknown'],
  [599, '', 'unknown'],
  [600, '', 'unknown'],
];

describe('an answer to a send', () => {
  for (const [status, body, kind, code] of cases) {
    test(`with status ${status} and the body ${body || 'of nothing'} is ${kind}`, () => {
      const outcome = classifyAnswer({ status, body, now: NOW });
      assert.equal(outcome.kind, kind);
      if (outcome.kind === 'accepted') return;
      assert.equal(outcome.statusCode, status);
      assert.equal(outcome.error, code);
    });
  }

  const ids: readonly [body: string, batchId: string | undefined][] = [
    ['{"id":"01B","canceled":"False","to":null}', '01B'],
    ['{"id":12}', '12'],
    ['{"id":""}', undefined],
    ['{"id":null}', undefined],
    ['{"id":"01B"', undefined],
    ['[]', undefined],
  ];
  for (const [body, batchId] of ids) {
    test(`that is accepted with ${body} has the batch id ${batchId}`, () => {
      assert.deepEqual(classifyAnswer({ status: 201, body, now: NOW }), {
        kind: 'accepted',
        at: '2026-11-24T10:00:00.000Z',
        ...(batchId === undefined ? {} : { batchId }),
      });
    });
  }

  for (const status of [429, 503]) {
    test(`with status ${status} says how long to wait where Sinch does`, () => {
      const wait = (retryAfter: string | undefined) => {
        const outcome = classifyAnswer({ status, retryAfter, body: '', now: NOW });
        assert.equal(outcome.kind, 'not_accepted');
        return outcome.retryAfterMs;
      };
      assert.equal(wait('7'), 7_000);
      assert.equal(wait('Tue, 24 Nov 2026 10:00:20 GMT'), 20_000);
      assert.equal(wait('soon'), undefined);
      assert.equal(wait(undefined), undefined);
    });
  }
});

describe('what Sinch says of a refusal', () => {
  const said = (body: string, status = 400) => {
    const outcome = classifyAnswer({ status, body, now: NOW });
    assert.equal(outcome.kind, 'refused');
    return { error: outcome.error, comment: outcome.comment };
  };

  const shapes: readonly [body: string, error: string | undefined, comment: string | undefined][] = [
    ['{"code":"syntax_invalid_json","text":"No"}', 'syntax_invalid_json', 'No'],
    ['{"code":"syntax_invalid_json","message":"No"}', 'syntax_invalid_json', 'No'],
    ['{"timestamp":1,"status":400,"error":"Bad Request","path":"/xms/v1/plan"}', undefined, 'Bad Request'],
    ['{"error":{"code":"bad","message":"No","status":"BAD","details":[]}}', 'bad', 'No'],
    ['{"error":{"code":400,"message":"No","status":"INVALID"}}', 'INVALID', 'No'],
    ['{"type":"about:blank","title":"Bad","detail":"No"}', undefined, 'No'],
    ['{"type":"about:blank","title":"Bad"}', undefined, 'Bad'],
    ['{"code":400,"text":"No","status":"BadRequest"}', 'BadRequest', 'No'],
    ['{"code":{"a":1},"text":["No"]}', undefined, undefined],
    ['"No"', undefined, 'No'],
    ['No such thing', undefined, 'No such thing'],
    ['  No\r\n\tsuch  thing ', undefined, 'No such thing'],
    ['<!doctype html><title>Bad Request</title><p>x', undefined, 'Bad Request'],
    ['<html></html>', undefined, undefined],
    ['[]', undefined, undefined],
    ['null', undefined, undefined],
    ['', undefined, undefined],
  ];
  for (const [body, error, comment] of shapes) {
    test(`is found in ${body || 'nothing'}`, () => {
      assert.deepEqual(said(body), { error, comment });
    });
  }

  const masked: readonly [text: string, comment: string][] = [
    ['Invalid: 4915112345678', 'Invalid: +49•••••78'],
    ['Invalid: 44 7400 123456', 'Invalid: +44•••••56'],
    ['Invalid: 447-400-123-456', 'Invalid: +44•••••56'],
    ['Invalid: 0044 7400 12 34 56.', 'Invalid: +00•••••56.'],
    ['Invalid: +4915112345678.', 'Invalid: +49•••••78.'],
    ['Invalid: +49 (151) 123-456 78', 'Invalid: +49•••••78'],
    ["to: ['4915112345678', '33662162466']", "to: ['+49•••••78', '+33•••••66']"],
    ['At most 1000 recipients of 123456', 'At most 1000 recipients of 123456'],
    ['Not a URL: https://me.example/webhooks/sinch/a/secret?x=1', 'Not a URL: https://me.example/…'],
    ['Not a URL: http://user:secret@me.example', 'Not a URL: http://me.example/…'],
  ];
  for (const [text, comment] of masked) {
    test(`is kept as: ${comment}`, () => {
      assert.equal(said(JSON.stringify({ code: 'syntax_constraint_violation', text })).comment, comment);
    });
  }

  test('is cut to 500 characters, after masking and not within a character', () => {
    assert.equal(said('x'.repeat(2_000)).comment, 'x'.repeat(500));
    assert.equal(said(`${'x'.repeat(495)}4915112345678`).comment, `${'x'.repeat(495)}+49••`);
    assert.equal(said(`${'x'.repeat(499)}😀`).comment, 'x'.repeat(499));
  });

  test('is replaced by what to check where the integration is at fault and Sinch says nothing', () => {
    for (const status of [302, 401, 403, 404, 405, 415]) {
      const outcome = classifyAnswer({ status, body: '', now: NOW });
      assert.equal(outcome.kind, 'integration_fault');
      assert.match(outcome.comment ?? '', /check/);
    }
  });
});

describe('a send without an answer', () => {
  const coded = (code: string): Error => Object.assign(new Error('connect 4915112345678'), { code });

  const codes: readonly [code: string, written: boolean, kind: Kind][] = [
    ['ECONNREFUSED', false, 'not_accepted'],
    ['ENOTFOUND', false, 'not_accepted'],
    ['EAI_AGAIN', false, 'not_accepted'],
    ['ECONNRESET', false, 'not_accepted'],
    ['ETIMEDOUT', false, 'not_accepted'],
    ['EPROTO', false, 'not_accepted'],
    ['UND_ERR_CONNECT_TIMEOUT', false, 'not_accepted'],
    ['CERT_HAS_EXPIRED', false, 'not_accepted'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', false, 'not_accepted'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false, 'not_accepted'],
    ['DEADLINE_EXCEEDED', false, 'not_accepted'],
    ['UND_ERR_INVALID_ARG', false, 'integration_fault'],
    ['ECONNRESET', true, 'unknown'],
    ['EPIPE', true, 'unknown'],
    ['EPROTO', true, 'unknown'],
    ['UND_ERR_SOCKET', true, 'unknown'],
    ['UND_ERR_HEADERS_TIMEOUT', true, 'unknown'],
    ['UND_ERR_BODY_TIMEOUT', true, 'unknown'],
    ['UND_ERR_ABORTED', true, 'unknown'],
    ['HPE_INVALID_CONSTANT', true, 'unknown'],
    ['DEADLINE_EXCEEDED', true, 'unknown'],
    ['UND_ERR_INVALID_ARG', true, 'unknown'],
  ];
  for (const [code, written, kind] of codes) {
    test(`by ${code}, ${written ? 'after' : 'before'} it was written, is ${kind}`, () => {
      const outcome = classifyNetworkFailure({ written, error: coded(code) });
      assert.equal(outcome.kind, kind);
      assert.ok(!JSON.stringify(outcome).includes('4915112345678'));
    });
  }

  test('is unknown after writing, and not accepted before, whatever was thrown', () => {
    for (const error of [undefined, 'reset', new Error('?'), { code: 1 }]) {
      assert.equal(classifyNetworkFailure({ written: true, error }).kind, 'unknown');
      assert.equal(classifyNetworkFailure({ written: false, error }).kind, 'not_accepted');
    }
  });
});
