import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApiError, CommandError } from '../../src/commands/index.ts';
import { askAgain } from '../../src/demo/ask-again.ts';

/** Fails so, one after the other, and then answers how often it was asked. */
function failing(...errors: readonly Error[]): () => Promise<number> {
  let asked = 0;
  return async () => {
    const error = errors[asked];
    asked += 1;
    if (error) throw error;
    return asked;
  };
}

const UNAVAILABLE = new ApiError(503, 'store_unavailable', 'The database is away');
const UNANSWERED = new CommandError('stack_unreachable', 'POST /messages got no answer: none within 10 s');

describe('a request of the demo', () => {
  test('is made again after 503, and where no answer came', async () => {
    const { signal } = new AbortController();
    assert.equal(await askAgain(signal, failing(UNANSWERED, UNAVAILABLE, UNANSWERED)), 4);
  });

  test('is not made again where it was refused', async () => {
    const { signal } = new AbortController();
    const refusal = new ApiError(422, 'invalid_request', 'The request is not right');
    await assert.rejects(askAgain(signal, failing(refusal)), refusal);
    const broken = new TypeError('A defect');
    await assert.rejects(askAgain(signal, failing(broken)), broken);
  });

  test('is not made any more once the demo was told to stop', async () => {
    const stop = new AbortController();
    const reason = new CommandError('stopped', 'Stopped by SIGINT');
    const asked = askAgain(stop.signal, async () => {
      stop.abort(reason);
      throw UNANSWERED;
    });
    await assert.rejects(asked, (error: Error) => error === reason || error.cause === reason);
    await assert.rejects(askAgain(stop.signal, failing()), reason);
  });
});
