import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CODE_KINDS,
  type CodeExplanation,
  codeExplanationSchema,
  codeRequestSchema,
  explainCode,
  findCode,
  listCodes,
  nearCodes,
} from '../../src/codes/index.ts';

const brief = (explanations: readonly CodeExplanation[]): string[] =>
  explanations.map(({ kind, code, generic }) => `${kind} ${code}${generic ? ' (range)' : ''}`);

/** Sinch's table of SMPP codes by how it treats them, as a second copy. */
const SMPP_PERMANENT =
  '1-3 5-13 15-17 19 53-55 60-67 72 77 100 103-105 108 110 113 150-152 154 156 157 160 163 204-206 208 209 213 216 ' +
  '250-257 300-304 310-312 320 321 330-349';
const SMPP_TEMPORARY =
  '0 4 14 18 40 50-52 56 70 71 73-76 101 102 106 107 109 111 112 114 153 155 158 159 161 162 164 200-203 207 210-212 ' +
  '214 215 217 322 350 360-362 370 399';

function numbersOf(ranges: string): number[] {
  return ranges.split(' ').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

describe('the tables of codes', () => {
  for (const kind of CODE_KINDS) {
    test(`of kind ${kind} explain every code in sentences, once, with its source`, () => {
      const codes = listCodes(kind);
      assert.equal(new Set(codes.map(({ code }) => code)).size, codes.length, 'a code stands there twice');
      for (const each of codes) {
        codeExplanationSchema.parse(each);
        assert.match(each.source.date, /^20\d\d-\d\d(-\d\d)?$/);
        for (const sentence of [each.meaning, each.advice]) {
          assert.match(sentence, /^[A-Z`][^]*[^.]\.$/, `${each.code}: ${sentence}`);
        }
        assert.doesNotMatch(each.name, /[.:;]$/);
        assert.equal(each.generic, false);
        if (each.fault === 'nobody') assert.doesNotMatch(each.permanence, /temporary/, String(each.code));
      }
    });
  }

  test('have every SMPP code of Sinch, permanent and temporary as Sinch treats it', () => {
    const by = (permanence: string): unknown[] =>
      listCodes('smpp')
        .filter((each) => each.permanence === permanence)
        .map(({ code }) => code);
    assert.deepEqual(by('permanent'), numbersOf(SMPP_PERMANENT));
    assert.deepEqual(by('temporary'), numbersOf(SMPP_TEMPORARY));
  });

  test('have every delivery-report code from 400 to 418, those not confirmed by Sinch marked so', () => {
    const codes = listCodes('delivery-report');
    assert.deepEqual(
      codes.map(({ code }) => code),
      [0, ...numbersOf('400-418')],
    );
    assert.deepEqual(
      codes.filter(({ unconfirmed }) => unconfirmed).map(({ code }) => code),
      numbersOf('409 413-418'),
    );
  });

  test('know something of every code that a report can carry', () => {
    for (const code of numbersOf('0-399')) assert.ok(explainCode('smpp', code), `SMPP ${code}`);
    for (let code = 1000; code < 5000; code += 1) assert.ok(explainCode('mms', code), `MMS ${code}`);
    for (let status = 200; status < 600; status += 1) assert.ok(explainCode('http', status), `HTTP ${status}`);
  });
});

describe('a code', () => {
  test('is found in each kind that knows it', () => {
    assert.deepEqual(brief(findCode('411')), ['delivery-report 411']);
    assert.deepEqual(brief(findCode(150)), ['smpp 150']);
    assert.deepEqual(brief(findCode('400')), ['delivery-report 400', 'http 400']);
    assert.deepEqual(brief(findCode('0')), ['delivery-report 0', 'smpp 0']);
    assert.deepEqual(brief(findCode('3003')), ['mms 3003']);
    assert.deepEqual(brief(findCode('syntax_invalid_parameter_format')), ['error syntax_invalid_parameter_format']);
    assert.deepEqual(brief(findCode(' SYNTAX_INVALID_JSON ')), ['error syntax_invalid_json']);
    assert.deepEqual(brief(findCode('0411')), ['delivery-report 411']);
  });

  test('that nobody documents is explained by its range alone, and marked as such', () => {
    assert.deepEqual(brief(findCode(119)), ['smpp 119 (range)']);
    assert.deepEqual(brief(findCode(599)), ['http 599 (range)']);
    const explanation = explainCode('smpp', 119);
    assert.equal(explanation?.unconfirmed, true);
    assert.equal(explanation.errorClass, 'SMSC');
    codeExplanationSchema.parse(explanation);
  });

  test('that nobody knows is not explained, whatever it is spelt like', () => {
    for (const code of ['5000', 'constructor', '__proto__', '', '1e2', '-1', '99999999999999999999', '4.11']) {
      assert.deepEqual(findCode(code), [], code);
    }
    assert.equal(explainCode('error', 411), undefined);
  });

  test('that is mistyped has near ones', () => {
    assert.equal(nearCodes('synatx_invalid_json')[0]?.code, 'syntax_invalid_json');
    assert.equal(nearCodes('no_rec')[0]?.code, 'no_receipt');
    assert.deepEqual(brief(nearCodes('419')).slice(0, 2), ['delivery-report 418', 'delivery-report 417']);
    assert.ok(nearCodes('419').length <= 5);
    assert.deepEqual(brief(nearCodes('150', ['error'])), []);
  });

  test('comes in the path of a request as one word or number', () => {
    assert.ok(codeRequestSchema.safeParse({ kind: 'smpp', code: '150' }).success);
    assert.ok(codeRequestSchema.safeParse({ kind: 'error', code: 'no_receipt' }).success);
    assert.ok(!codeRequestSchema.safeParse({ kind: 'sms', code: '150' }).success);
    assert.ok(!codeRequestSchema.safeParse({ kind: 'smpp', code: '<b>' }).success);
  });
});
