import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Answer, classifyAnswer, classifyNetworkFailure, type SubmitOutcome } from '../../src/sinch/index.ts';
import { NOW } from './scripted-host.ts';

type Kind = SubmitOutcome['kind'];

const SENT = { clientReference: 'sinch/shop/order-1', recipient: '4915112345678' };

const error = (code: string): string => JSON.stringify({ code, text: 'Because' });
const batch = (members: object = {}): string =>
  JSON.stringify({ id: '01B', to: [SENT.recipient], client_reference: SENT.clientReference, ...members });
const classify = (answer: Partial<Answer> & Pick<Answer, 'status'>): SubmitOutcome =>
  classifyAnswer({ body: '', now: NOW, ...answer }, SENT);

const cases: readonly [status: number, body: string, kind: Kind, error?: string][] = [
  [200, batch(), 'accepted'],
  [201, batch(), 'accepted'],
  [201, '{"id":"01B"}', 'accepted'],
  [202, batch({ to: undefined }), 'accepted'],
  [301, '', 'integration_fault', 'redirected'],
  [304, '', 'integration_fault', 'redirected'],
  [308, '', 'integration_fault', 'redirected'],
  [400, error('syntax_invalid_json'), 'refused', 'syntax_invalid_json'],
  [400, error('syntax_invalid_parameter_format'), 'refused', 'syntax_invalid_parameter_format'],
  [400, error('syntax_constraint_violation'), 'refused', 'syntax_constraint_violation'],
  [401, '', 'integration_fault'],
  [401, '""', 'integration_fault'],
  [401, '{}', 'integration_fault'],
  [401, '{"error":"Unauthorized"}', 'integration_fault'],
  [401, '{"error":{"code":"UNAUTHENTICATED"}}', 'integration_fault'],
  [403, error('unknown_group'), 'refused', 'unknown_group'],
  [403, error('illegal_number_type'), 'refused', 'illegal_number_type'],
  [403, error('llegal_number_type'), 'refused', 'llegal_number_type'],
  [403, error('a_code_of_tomorrow'), 'refused', 'a_code_of_tomorrow'],
  [403, error('blocked_account'), 'integration_fault', 'blocked_account'],
  [403, error('missing_callback_url'), 'integration_fault', 'missing_callback_url'],
  [404, '{}', 'integration_fault'],
  [404, 'Not found', 'integration_fault'],
  [405, '', 'integration_fault'],
  [408, '', 'unknown'],
  [409, error('conflict_send_at'), 'refused', 'conflict_send_at'],
  [415, '', 'integration_fault'],
  [429, '{"error":"failed"}', 'not_accepted'],
  [500, '', 'unknown'],
  [501, '', 'unknown'],
  [502, '<html><title>Bad Gateway</title></html>', 'unknown'],
  [503, '', 'not_accepted'],
  [503, 'upstream connect error or disconnect/reset before headers. reset reason: connection failure', 'not_accepted'],
  [503, 'upstream connect error or disconnect/reset before headers. reset reason: connection termination', 'unknown'],
  [503, '<title>503 Backend fetch failed</title>', 'unknown'],
  [504, '', 'unknown'],
  [520, '', 'unknown'],
  [599, '', 'unknown'],
  [600, '', 'unknown'],
];

/** Bodies that are none of Sinch's errors, as those between it and us have them. */
const STRANGERS: readonly string[] = [
  '',
  '<!doctype html><html><title>Access denied</title></html>',
  '{"message":"Forbidden"}',
  '{"code":"ACCESS_DENIED","text":"No"}',
  '{"code":"bad_request","message":"Blocked"}',
  '{"code":"forbidden","text":"No"}',
  '{"code":403,"text":"No","status":"forbidden"}',
  '{"error":{"code":"bad","message":"No"}}',
  '{"type":"about:blank","title":"Bad","detail":"No"}',
  '{"fault":{"faultstring":"No","detail":{"errorcode":"policies.ratelimit"}}}',
  '{"code":"syntax error","text":"No"}',
  '[{"code":"syntax_invalid_json","text":"No"}]',
  '"syntax_invalid_json"',
  'Request blocked',
];

describe('an answer to a send', () => {
  for (const [status, body, kind, code] of cases) {
    test(`with status ${status} and the body ${body || 'of nothing'} is ${kind}`, () => {
      const outcome = classify({ status, body });
      assert.equal(outcome.kind, kind);
      if (outcome.kind === 'accepted') return;
      assert.equal(outcome.statusCode, status);
      assert.equal(outcome.error, code);
    });
  }

  for (const status of [
    400, 402, 403, 406, 407, 409, 410, 411, 412, 413, 414, 416, 417, 418, 421, 422, 423, 425, 426, 428, 431, 451, 499,
  ]) {
    test(`with status ${status} that is not Sinch's blames no message, and says so`, () => {
      for (const body of STRANGERS) {
        const outcome = classify({ status, body });
        assert.equal(outcome.kind, 'integration_fault', body);
        assert.ok(outcome.kind === 'integration_fault');
        assert.deepEqual([outcome.statusCode, outcome.error], [status, 'not_sinch'], body);
        assert.match(outcome.comment ?? '', /^Not Sinch gave this answer/);
      }
    });
  }

  for (const status of [401, 404, 405, 415]) {
    test(`with status ${status} and a page is somebody else's too`, () => {
      const outcome = classify({ status, body: '<html><title>Sign in</title>' });
      assert.ok(outcome.kind === 'integration_fault' && outcome.error === 'not_sinch', JSON.stringify(outcome));
    });
  }

  test('of a proxy is one whatever it says', () => {
    for (const status of [407, 421]) {
      const outcome = classify({ status, body: error('syntax_invalid_json') });
      assert.ok(outcome.kind === 'integration_fault' && outcome.error === 'not_sinch', JSON.stringify(outcome));
    }
  });

  test('that is the error of the framework behind Sinch blames no message, and is no stranger', () => {
    const outcome = classify({
      status: 400,
      body: '{"timestamp":1,"status":400,"error":"Bad Request","path":"/xms/v1/plan"}',
    });
    assert.ok(outcome.kind === 'integration_fault' && outcome.error === undefined, JSON.stringify(outcome));
  });

  const strange: readonly [body: string, status?: number][] = [
    [''],
    ['', 204],
    ['<html><title>Welcome to the hotel</title></html>'],
    ['<html><title>Welcome to the hotel</title></html>', 200],
    ['OK', 200],
    ['{}'],
    ['[]'],
    ['null'],
    ['"ok"'],
    ['true'],
    ['{"status":"ok"}'],
    ['{"id":""}'],
    ['{"id":null}'],
    ['{"id":{"a":1}}'],
    ['{"id":"01B","status":"ok"}'],
    ['{"id":"01B"}', 200],
    ['{"id":"01B"}', 202],
    [error('syntax_invalid_json'), 299],
    [batch({ client_reference: 'sinch/shop/order-2' })],
    [batch({ to: ['4915112345679'] })],
    [batch({ to: ['4915112345679'], client_reference: undefined })],
    [batch({ to: [] })],
    ['{"count":0,"batches":[]}', 200],
  ];
  for (const [body, status = 201] of strange) {
    test(`with status ${status} and ${body || 'nothing'} is no acceptance and no refusal`, () => {
      const outcome = classify({ status, body, headers: { 'content-type': 'application/json' } });
      assert.ok(outcome.kind === 'unknown' && outcome.error === 'not_sinch', JSON.stringify(outcome));
      assert.equal(outcome.statusCode, status);
    });
  }

  const ids: readonly [body: string, batchId: string][] = [
    ['{"id":"01B","canceled":"False","to":null}', '01B'],
    ['{"id":12}', '12'],
    [batch({ to: ['+49 151 12345678'] }), '01B'],
    [batch({ to: ['004915112345678'], canceled: false, body: 'x', tomorrow: true }), '01B'],
  ];
  for (const [body, batchId] of ids) {
    test(`that is accepted with ${body} has the batch id ${batchId}`, () => {
      assert.deepEqual(classify({ status: 201, body }), {
        kind: 'accepted',
        at: '2026-11-24T10:00:00.000Z',
        batchId,
      });
    });
  }

  const json = { 'content-type': 'application/json; charset=utf-8' };
  const cut: readonly [what: string, answer: Partial<Answer>, kind: Kind][] = [
    ['JSON without an end', { headers: json, body: '{"id":"01B"' }, 'accepted'],
    ['JSON that broke off', { headers: json, body: '{"id":"01', complete: false }, 'accepted'],
    ['JSON that broke off behind a member', { headers: json, body: '{"id":"01","to":{}', complete: false }, 'accepted'],
    ['JSON that broke off before its beginning', { headers: json, body: '', complete: false }, 'accepted'],
    ['JSON of no type that broke off', { body: '{"id":"01', complete: false }, 'accepted'],
    ['nothing of no type', { body: '', complete: false }, 'unknown'],
    ['a page that broke off', { headers: { 'content-type': 'text/html' }, body: '<ht', complete: false }, 'unknown'],
    ['a text that broke off', { headers: json, body: 'Welc', complete: false }, 'unknown'],
    ['JSON with status 200', { status: 200, headers: json, body: '{"id":"01', complete: false }, 'unknown'],
    [
      'the batch of another message',
      { headers: json, body: '{"id":"01B","client_reference":"sinch/shop/order-2","t', complete: false },
      'unknown',
    ],
  ];
  for (const [what, answer, kind] of cut) {
    test(`with status 201 that is ${what} is ${kind}`, () => {
      const outcome = classify({ status: 201, ...answer });
      assert.equal(outcome.kind, kind);
      assert.equal('batchId' in outcome, false);
    });
  }

  for (const status of [429, 503]) {
    test(`with status ${status} says how long to wait where Sinch does`, () => {
      const wait = (retryAfter: string | undefined) => {
        const outcome = classify({ status, retryAfter });
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

describe('who gave an answer', () => {
  const comment = (headers: Record<string, string>, body = '', status = 403): string => {
    const outcome = classify({ status, headers, body });
    assert.ok(outcome.kind === 'integration_fault');
    return outcome.comment ?? '';
  };

  test('is told by type, program and title, without versions, hosts and what else it says', () => {
    const said = comment(
      {
        'content-type': 'text/html; charset=utf-8',
        server: 'squid/5.7',
        via: '1.1 proxy07.corp.example:3128 (squid/5.7), 1.1 10.1.2.3',
      },
      '<html><title>Denied: 4915112345678 https://me.example/secret</title><p>Bearer the-token 10.1.2.3</html>',
    );
    assert.match(
      said,
      /\(text\/html; server squid; passed on by a proxy, squid; titled "Denied: \+49•••••78 https:\/\/me/,
    );
    assert.doesNotMatch(said, /5\.7|corp|10\.1|secret|the-token|4915112345678/);
  });

  test('is told without what it does not say', () => {
    assert.match(comment({}), /\(an empty body\)/);
    assert.match(comment({}, 'Blocked: Bearer the-token'), /\(a body of no type\)/);
    assert.match(comment({ via: '1.1 proxy07' }), /\(an empty body; passed on by a proxy\)/);
    assert.doesNotMatch(comment({ server: 'proxy07.corp.example', 'content-type': '??' }, 'x'), /proxy07|\?\?/);
  });

  test('comes with what to do about it', () => {
    assert.match(comment({}, '', 407), /demands credentials.*HTTPS_PROXY/);
    assert.match(comment({}, '', 413), /what is between the worker and Sinch/);
  });
});

describe('what Sinch says of a refusal', () => {
  const said = (body: string, status = 400) => {
    const outcome = classify({ status, body });
    assert.ok('comment' in outcome);
    return { error: outcome.error, comment: outcome.comment };
  };

  const shapes: readonly [body: string, error: string | undefined, comment: string | undefined, status?: number][] = [
    ['{"code":"syntax_invalid_json","text":"No"}', 'syntax_invalid_json', 'No'],
    ['{"code":"syntax_invalid_json","message":"No"}', 'syntax_invalid_json', 'No'],
    [
      '{"error":{"code":"syntax_invalid_json","message":"No","status":"BAD","details":[]}}',
      'syntax_invalid_json',
      'No',
    ],
    ['{"timestamp":1,"status":400,"error":"Bad Request","path":"/xms/v1/plan"}', undefined, 'Bad Request'],
    ['{"error":{"code":400,"message":"No","status":"INVALID"}}', 'INVALID', 'No', 500],
    ['{"type":"about:blank","title":"Bad","detail":"No"}', undefined, 'No', 500],
    ['{"type":"about:blank","title":"Bad"}', undefined, 'Bad', 500],
    ['{"code":400,"text":"No","status":"BadRequest"}', 'BadRequest', 'No', 500],
    ['"No"', undefined, 'No', 500],
    ['No such thing', undefined, 'No such thing', 500],
    ['  No\r\n\tsuch  thing ', undefined, 'No such thing', 500],
    ['<!doctype html><title>Bad Gateway</title><p>x', undefined, 'Bad Gateway', 502],
  ];
  for (const [body, error, comment, status] of shapes) {
    test(`is found in ${body}`, () => {
      assert.deepEqual(said(body, status), { error, comment });
    });
  }

  test('is nothing where it says nothing', () => {
    for (const body of ['{"code":{"a":1},"text":["No"]}', '<html></html>', '[]', 'null', '']) {
      assert.deepEqual(classify({ status: 500, body }), { kind: 'unknown', statusCode: 500 });
    }
  });

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
    assert.equal(said('x'.repeat(2_000), 500).comment, 'x'.repeat(500));
    assert.equal(said(`${'x'.repeat(495)}4915112345678`, 500).comment, `${'x'.repeat(495)}+49••`);
    assert.equal(said(`${'x'.repeat(499)}😀`, 500).comment, 'x'.repeat(499));
  });

  test('is replaced by what to check where the integration is at fault and Sinch says nothing', () => {
    for (const status of [302, 401, 403, 404, 405, 415]) {
      const outcome = classify({ status });
      assert.equal(outcome.kind, 'integration_fault');
      assert.ok('comment' in outcome);
      assert.match(outcome.comment ?? '', /[Cc]heck/);
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
