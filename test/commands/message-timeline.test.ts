import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { timelineLines } from '../../src/commands/message-timeline.ts';
import type { EventView, MessageView } from '../../src/http/index.ts';

function view(overrides: Partial<MessageView>): MessageView {
  return {
    projectId: 'demo',
    messageId: 'welcome-1',
    status: 'accepted',
    explanation: 'Accepted by Sinch at 14:02:08 UTC, waiting.',
    kind: 'sms',
    recipient: '+33•••••01',
    country: 'FR',
    reportsExpected: true,
    sender: 'Larkspur',
    integrationId: 'main',
    campaignId: 'welcome',
    workflowId: 'sinch/demo/welcome-1',
    requestedAt: '2026-11-20T14:02:07.000Z',
    events: [],
    lateReports: [],
    ...overrides,
  };
}

describe('the timeline of a message', () => {
  test('tells what happened in the order of time, a late report last', () => {
    const lines = timelineLines(
      view({
        status: 'failed',
        explanation: 'Delivery to the handset failed.',
        startedAt: '2026-11-20T14:02:07.050Z',
        events: [
          {
            status: 'enqueued',
            at: '2026-11-20T14:02:08.000Z',
            batch_id: 'b1',
            number_of_message_parts: 2,
            number_of_message_parts_estimated: true,
          },
          { status: 'failed', at: '2026-11-20T14:02:09.000Z', status_code: 150 },
        ],
        lateReports: [
          {
            status: 'Delivered',
            at: '2026-11-20T14:05:00.000Z',
            receivedAt: '2026-11-20T14:05:01.000Z',
            timesReceived: 2,
            statusCode: 0,
          },
        ],
      }),
    );
    assert.deepEqual(lines, [
      'Message welcome-1 of project demo: failed',
      '',
      '  2026-11-20 14:02:07 UTC  An SMS to +33•••••01 (France) from Larkspur was requested, campaign welcome.',
      '  2026-11-20 14:02:07 UTC  Put into the queue of integration main.',
      '  2026-11-20 14:02:08 UTC  Accepted by Sinch as batch b1, 2 parts by our count.',
      '  2026-11-20 14:02:09 UTC  Not delivered to the handset (code 150, unknown subscriber).',
      '  2026-11-20 14:05:01 UTC  A report came after the end, 2 times: Delivered (code 0, no error). It changes nothing and is kept.',
      '',
      'Delivery to the handset failed.',
      "In Temporal's web UI it is workflow sinch/demo/welcome-1.",
    ]);
  });

  test('tells of an acceptance that is not recorded yet', () => {
    const lines = timelineLines(view({ acceptedAt: '2026-11-20T14:02:08.000Z' }));
    assert.ok(lines.includes('  2026-11-20 14:02:08 UTC  Accepted by Sinch.'));
  });

  test('tells why a message was not sent', () => {
    const lines = timelineLines(
      view({
        status: 'enqueue_failed',
        events: [
          {
            status: 'enqueue_failed',
            at: '2026-11-20T14:02:08.000Z',
            status_code: 400,
            error: 'syntax_constraint_violation',
            comment: 'from is not allowed',
          },
        ],
      }),
    );
    assert.equal(lines[0], 'Message welcome-1 of project demo: enqueue failed');
    assert.match(
      lines.join('\n'),
      /Refused by Sinch with HTTP 400 \(syntax_constraint_violation: from is not allowed\)\./,
    );
  });

  test('tells how often the message left its queue, once that is known', () => {
    assert.ok(timelineLines(view({ attempts: 1 })).includes('  It left its queue once to be sent.'));
    assert.ok(timelineLines(view({ attempts: 3 })).includes('  It left its queue 3 times to be sent.'));
    for (const unknown of [{}, { attempts: 0 }]) {
      assert.doesNotMatch(timelineLines(view(unknown)).join('\n'), /left its queue/);
    }
  });

  test('does not call it waiting where the operator gave no readable receipt', () => {
    const timeout = { status: 'timeout', at: '2026-11-20T14:02:09.000Z', error: 'no_receipt' };
    assert.match(
      timelineLines(view({ events: [timeout] })).join('\n'),
      /Handed over to the operator, who gave no readable/,
    );
  });

  test('does not blame a country without reports', () => {
    const timeout = { status: 'timeout', at: '2026-11-24T14:02:08.000Z', error: 'no_delivery_report_expected' };
    const lines = timelineLines(view({ status: 'timeout', country: 'DE', reportsExpected: false, events: [timeout] }));
    assert.match(lines.join('\n'), /Ended without a delivery report, as expected in Germany/);
  });

  test('tells what a code means, and the same words of a comment of ours only once', () => {
    const explanation = 'Unknown subscriber: the operator knows no subscriber with this number; check it';
    const at = '2026-11-20T14:02:09.000Z';
    const said = (event: Partial<EventView>): string =>
      timelineLines(view({ events: [{ status: 'failed', at, status_code: 150, explanation, ...event }] })).join('\n');
    const told = `Not delivered to the handset (code 150, unknown subscriber). ${explanation}.`;
    assert.ok(said({}).includes(told), said({}));
    assert.ok(said({ comment: explanation }).includes(told), said({ comment: explanation }));
    assert.ok(said({ comment: 'of Sinch' }).includes(`(code 150, unknown subscriber) (of Sinch). ${explanation}.`));
  });
});
