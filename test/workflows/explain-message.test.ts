import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { createMessageClient } from '../../src/client/index.ts';
import { endSentence, type ToldEnd } from '../../src/contract/end-sentence.ts';
import { DEFAULT_LIFE_MS } from '../../src/contract/message.ts';
import { statusOf } from '../../src/workflows/message-record.ts';
import { explainMessage } from '../../src/workflows/explain-message.ts';
import type { MessageInput } from '../../src/workflows/message-state.ts';
import { sampleMessage } from '../helpers/messages.ts';
import { createTestEnvironment, type TestEnvironment } from '../helpers/temporal.ts';
import {
  ACCEPTED,
  batchCancelFailed,
  batchCancelSent,
  cancelled,
  DAY,
  isoAt,
  looked,
  lookedForReport,
  message,
  MINUTE,
  NOT_ACCEPTED,
  queued,
  reported,
  reportOf,
  SECOND,
  sent,
  START,
  stateAfter,
  time,
  UNKNOWN,
  withoutReports,
} from './message-inputs.ts';

const explain = (...inputs: MessageInput[]): string => explainMessage(message, stateAfter(message, ...inputs));

test('a message says what it waits for', () => {
  assert.equal(
    explain(queued()),
    'Waiting in the queue of plan plan-1 for its turn to be sent, at most until 2026-11-23 10:00 UTC.',
  );
  assert.equal(
    explain(queued(), sent(NOT_ACCEPTED)),
    'Not accepted yet (HTTP 503, Unavailable); it is sent again at 2026-11-20 10:00:02 UTC, at most until 2026-11-23 10:00 UTC.',
  );
  assert.equal(
    explain(queued(), sent(ACCEPTED)),
    'Accepted by Sinch at 2026-11-20 10:00:01 UTC, waiting for a delivery report until Tuesday 2026-11-24 10:00 UTC.',
  );
  assert.match(explain(queued(), sent(UNKNOWN)), /no clear answer .* looking at Sinch/);
  assert.match(explain(queued(), sent(UNKNOWN), looked({ kind: 'absent' }, 2 * MINUTE)), /held, not sent again/);
});

test('a message to a country without reports says so', () => {
  const text = (...inputs: MessageInput[]): string =>
    explainMessage(withoutReports, stateAfter(withoutReports, ...inputs));
  assert.match(text(queued(), sent(ACCEPTED)), /South Africa sends no delivery reports, so none is expected/);
  assert.match(text(queued(), sent(ACCEPTED), time(5 * DAY)), /South Africa sends no delivery reports, so whether/);
});

test('a message says what came of a cancellation', () => {
  assert.match(explain(queued(), cancelled()), /being cancelled/);
  assert.match(explain(queued(), sent(UNKNOWN), cancelled(2 * SECOND)), /once it is known whether Sinch has it/);
  assert.match(explain(queued(), sent(ACCEPTED), cancelled(), batchCancelSent()), /asked to cancel it/);
  const failed = [queued(), sent(ACCEPTED), cancelled(), batchCancelSent(), batchCancelFailed()];
  assert.match(explain(...failed), /Sinch could not be asked; the delivery report decides/);
  assert.match(explain(cancelled()), /nothing was sent/);
});

test('a message says how it ended', () => {
  const ended = (status: string): string =>
    explain(queued(), sent(ACCEPTED), reported(reportOf(status, { statusCode: 61 })));
  assert.equal(ended('Delivered'), 'Delivered to the handset at 2026-11-20 10:01:00 UTC.');
  assert.equal(ended('Rejected'), 'Rejected at 2026-11-20 10:01:00 UTC (code 61): Sinch refused to deliver it.');
  assert.match(ended('Failed'), /failed at 2026-11-20 10:01:00 UTC \(code 61\)\.$/);
  assert.match(ended('Unknown'), /no readable receipt/);
  assert.match(explain(queued(), sent(ACCEPTED), time(5 * DAY)), /Sinch is asked for it once more/);
  assert.match(explain(queued(), sent(ACCEPTED), time(5 * DAY), lookedForReport()), /no delivery report came/);
  assert.match(
    explain(queued(), sent({ kind: 'refused', statusCode: 400, error: 'syntax_invalid_json' })),
    /^Sinch refused it at 2026-11-20 10:00:01 UTC: HTTP 400, syntax_invalid_json\.$/,
  );
});

test('a message that was not sent says whether Sinch refused it, its life ran out, or nobody knows', () => {
  const ended = (end: Partial<ToldEnd>): string =>
    endSentence({ status: 'enqueue_failed', at: '2026-11-20T10:00:01.000Z', ...end });
  const at = 'at 2026-11-20 10:00:01 UTC';
  assert.equal(ended({ statusCode: 403, error: 'unknown_group' }), `Sinch refused it ${at}: HTTP 403, unknown_group.`);
  assert.equal(
    ended({ error: 'expired', statusCode: 401, comment: 'Not accepted within its life; the last answer was HTTP 401' }),
    `Its life ended ${at}: not accepted within its life; the last answer was HTTP 401.`,
  );
  assert.equal(
    ended({ error: 'outcome_unknown', statusCode: 504, comment: 'The send got no answer' }),
    `Counted as not sent ${at}: the send got no answer.`,
  );
  assert.equal(ended({ error: 'no_sender' }), `Not handed to Sinch ${at}: no_sender.`);
});

test('an end names its code in words where they are known', () => {
  const nameOfCode = (code: number) => ({ 150: 'Unknown subscriber', 4: 'HLR error' })[code];
  const failed = (statusCode?: number): string =>
    endSentence({ status: 'failed', at: '2026-11-20T10:00:01.000Z', statusCode }, { nameOfCode });
  const at = 'Delivery to the handset failed at 2026-11-20 10:00:01 UTC';
  assert.equal(failed(150), `${at} (code 150, unknown subscriber).`);
  assert.equal(failed(4), `${at} (code 4, HLR error).`);
  assert.equal(failed(399), `${at} (code 399).`);
  assert.equal(failed(), `${at}.`);
});

const ENDINGS: readonly (readonly MessageInput[])[] = [
  [],
  [queued()],
  [queued(), sent(ACCEPTED)],
  [queued(), sent(NOT_ACCEPTED)],
  [queued(), sent(UNKNOWN)],
  [queued(), sent(UNKNOWN), looked({ kind: 'absent' }, 2 * MINUTE)],
  [queued(), sent({ kind: 'refused', statusCode: 400, error: 'syntax_invalid_json' })],
  [queued(), sent(ACCEPTED), reported(reportOf('Dispatched'))],
  [queued(), sent(ACCEPTED), reported(reportOf('Delivered'))],
  [queued(), sent(ACCEPTED), time(5 * DAY)],
  [cancelled()],
];

/** Long enough not to be in any sentence by chance. */
const someNumber = fc.stringMatching(/^[1-9][0-9]{9,14}$/);
const someText = fc.stringMatching(/^[A-Za-z0-9 äöü€]{12,40}$/);

test('no explanation holds the number or the text', () => {
  fc.assert(
    fc.property(someNumber, someText, fc.constantFrom(...ENDINGS), (recipient, text, inputs) => {
      const one = sampleMessage({ recipient, content: { kind: 'sms', text } });
      const shown = JSON.stringify(statusOf(one, stateAfter(one, ...inputs), START));
      assert.equal(shown.includes(recipient), false, 'the number is shown');
      assert.equal(shown.includes(text), false, 'the text is shown');
    }),
  );
});

describe('what the Temporal server stores without encryption', () => {
  let environment: TestEnvironment;
  before(async () => {
    environment = await createTestEnvironment();
  });
  after(() => environment.teardown());

  test('holds neither number nor text', async () => {
    const messages = createMessageClient({ client: environment.client });
    let index = 0;
    await fc.assert(
      fc.asyncProperty(someNumber, someText, fc.constantFrom('sms', 'mms'), async (recipient, text, kind) => {
        index += 1;
        const messageId = `m-${index}`;
        const now = Date.now();
        await messages.start(
          sampleMessage({
            messageId,
            recipient,
            content: kind === 'sms' ? { kind, text } : { kind: 'mms', mediaUrl: `https://example.com/${text}`, text },
            requestedAt: new Date(now).toISOString(),
            expiresAt: new Date(now + DEFAULT_LIFE_MS).toISOString(),
          }),
        );
        const description = await environment.client.workflow.getHandle(`sinch/shop/${messageId}`).describe();
        const shown = JSON.stringify([
          description.workflowId,
          description.searchAttributes,
          description.memo,
          description.priority,
          await description.staticSummary(),
          await description.staticDetails(),
        ]);
        assert.ok(shown.includes('SinchProjectId'), shown);
        assert.equal(shown.includes(recipient), false, 'the number is shown');
        assert.equal(shown.includes(text), false, 'the text is shown');
      }),
      { numRuns: 15 },
    );
  });
});

test('times are said in UTC', () => {
  assert.match(explain(queued(), sent({ ...ACCEPTED, at: isoAt(SECOND).replace('Z', '+00:00') })), /10:00:01 UTC/);
});
