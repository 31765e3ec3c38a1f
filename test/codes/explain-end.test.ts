import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { explainEnd, kindOfReportCode } from '../../src/codes/index.ts';

describe('why a message ended', () => {
  test('is told by the code of its report', () => {
    assert.equal(
      explainEnd({ status: 'failed', statusCode: 150 }),
      'Unknown subscriber: the operator knows no subscriber with this number; check the number with the customer, and take it off the list if it stays so',
    );
    assert.match(explainEnd({ status: 'rejected', statusCode: 411 }), /^Exceeded parts limit: .*maxParts/);
    assert.match(explainEnd({ status: 'rejected', statusCode: 3001 }), /^Number blocked: /);
  });

  test('is told by the error where there is one', () => {
    assert.match(explainEnd({ status: 'timeout', error: 'no_receipt', statusCode: 0 }), /^No readable receipt: /);
    assert.match(explainEnd({ status: 'timeout', error: 'no_delivery_report_expected' }), /listed as sending no/);
  });

  test('takes the code of a message that was not sent for an HTTP status', () => {
    assert.match(explainEnd({ status: 'enqueue_failed', statusCode: 401 }), /API token/);
    assert.match(
      explainEnd({ status: 'enqueue_failed', statusCode: 400, error: 'syntax_invalid_parameter_format' }),
      /^Invalid format of a value: /,
    );
    assert.match(
      explainEnd({ status: 'enqueue_failed', statusCode: 400, error: 'new_code_of_sinch' }),
      /^Bad request: /,
    );
  });

  test('never takes code 0 of a message that was not delivered for a success', () => {
    assert.match(explainEnd({ status: 'failed', statusCode: 0 }), /^No reason given/);
  });

  test('is admitted not to be known', () => {
    assert.match(explainEnd({ status: 'failed' }), /^No reason given/);
    assert.match(explainEnd({ status: 'failed', statusCode: 5000 }), /does not document code 5000/);
  });

  test('is one line without a stop, whatever the code is', () => {
    for (let statusCode = 0; statusCode <= 5000; statusCode += 1) {
      const told = explainEnd({ status: 'failed', statusCode });
      assert.match(told, /^[A-Z][^\n]*[^.]$/, `${statusCode}: ${told}`);
      assert.ok(told.length < 400, `${statusCode}: ${told.length} characters`);
    }
  });

  test('takes a code for that of the kind whose range it is in', () => {
    assert.deepEqual([0, 1, 399, 400, 418, 419, 999, 1000, 4999, 5000].map(kindOfReportCode), [
      'delivery-report',
      'smpp',
      'smpp',
      'delivery-report',
      'delivery-report',
      undefined,
      undefined,
      'mms',
      'mms',
      undefined,
    ]);
  });
});
