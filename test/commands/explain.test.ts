import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CODE_KINDS, type CodeExplanation, codeExplanationSchema, listCodes } from '../../src/codes/index.ts';
import { runCommand } from './context.ts';

describe('explain', () => {
  test('tells what a code means, whose fault it is, what to do, and where that is from', async () => {
    const { exitCode, stdout, stderr } = await runCommand(['explain', '411']);
    assert.equal(exitCode, 0);
    assert.equal(stderr, '');
    assert.deepEqual(stdout.split('\n'), [
      '411: Exceeded parts limit (delivery-report code of Sinch)',
      '  The text takes more message parts than were allowed for it.',
      "  Whose fault: the request's: its text, media, recipient, sender or settings.",
      '  What to do:  Shorten the text or allow more parts (`maxParts`); the preview shows what it takes.',
      '  Permanent: the same message would end the same way.',
      '  Source: developers.sinch.com/docs/sms/api-reference/sms/tag/Delivery-reports (2026-11)',
      '',
    ]);
  });

  test('tells of every kind that has the code, or only of the one asked for', async () => {
    const both = await runCommand(['explain', '400']);
    assert.match(both.stdout, /^400: Queued [^]*\n\n400: Bad request [^]*\)\n$/);
    const one = await runCommand(['explain', '400', '--kind', 'http', '--json']);
    const { explanations } = JSON.parse(one.stdout) as { explanations: CodeExplanation[] };
    assert.deepEqual(
      explanations.map((each) => codeExplanationSchema.parse(each).name),
      ['Bad request'],
    );
  });

  test('says where Sinch has confirmed nothing', async () => {
    assert.match((await runCommand(['explain', '413'])).stdout, /Sinch has not confirmed this/);
  });

  test('does not know every code, and names those that may have been meant', async () => {
    const { exitCode, stdout, stderr } = await runCommand(['explain', 'synatx_invalid_json']);
    assert.equal(exitCode, 1);
    assert.equal(stdout, '');
    assert.equal(
      stderr,
      'Error: Nothing is known of synatx_invalid_json. Near it are syntax_invalid_json (error, Invalid JSON).\n',
    );
    const other = await runCommand(['explain', '411', '--kind', 'smpp', '--json']);
    assert.equal(other.exitCode, 1);
    const { error } = JSON.parse(other.stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, 'unknown_code');
    assert.match(error.message, /411 among the codes of kind smpp\. Near it are 411 \(delivery-report,/);
    assert.match((await runCommand(['explain', '77777'])).stderr, /See --list/);
  });

  test('lists every code by kind', async () => {
    const { stdout } = await runCommand(['explain', '--list']);
    const codes = CODE_KINDS.flatMap(listCodes);
    for (const { code, name } of codes) assert.ok(stdout.includes(`  ${code} `) && stdout.includes(name), String(code));
    const json = await runCommand(['explain', '--list', '--json']);
    assert.deepEqual(JSON.parse(json.stdout), { codes });
    const smpp = await runCommand(['explain', '--list', '--kind', 'smpp']);
    assert.match(smpp.stdout, /^smpp: /);
    assert.doesNotMatch(smpp.stdout, /^http: /m);
  });

  for (const args of [[], ['411', '--list'], ['411', '--kind', 'sms']]) {
    test(`is a usage error with ${args.join(' ') || 'nothing to explain'}`, async () => {
      const { exitCode, stdout } = await runCommand(['explain', ...args]);
      assert.equal(exitCode, 2);
      assert.equal(stdout, '');
    });
  }
});
