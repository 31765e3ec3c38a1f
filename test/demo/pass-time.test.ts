/** When the demo may let four days pass: as soon as no message gets its end in any other way, and never before. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onlyTimeHelps } from '../../src/demo/pass-time.ts';
import type { OpenMessage } from '../../src/demo/what-is-to-come.ts';
import type { Behaviour, SimulatedMessage } from '../../src/simulator/index.ts';

const WORKFLOW_ID = 'sinch/demo/welcome-001';
const NOTED: OpenMessage = { messageId: 'welcome-001', workflowId: WORKFLOW_ID, isAccepted: true };
const NOT_NOTED: OpenMessage = { ...NOTED, isAccepted: false };

/** What the API says of the message, and what Sinch has of it by then. */
interface Asked {
  status?: string;
  acceptedMeanwhile?: true;
}

async function mayPass(
  open: readonly OpenMessage[],
  atSinch: readonly Behaviour[],
  asked: Asked = {},
): Promise<boolean> {
  const { status = 'undecided', acceptedMeanwhile } = asked;
  return onlyTimeHelps(
    {
      simulator: {
        messages: () => atSinch.map((behaviour) => ({ behaviour, clientReference: WORKFLOW_ID }) as SimulatedMessage),
        accepted: () => atSinch.length + (acceptedMeanwhile ? 1 : 0),
      },
      api: { get: async <T>() => ({ status }) as T },
      signal: new AbortController().signal,
    },
    open,
  );
}

describe('four days pass', () => {
  test('where nothing is open, and for messages that Sinch has and never reports on in time', async () => {
    assert.equal(await mayPass([], []), true);
    for (const behaviour of ['no_report', 'late_report', 'lost_callback', 'unknown_status_word'] as const) {
      assert.equal(await mayPass([NOTED], [behaviour]), true, behaviour);
    }
  });

  test('where a message was tried with an answer that tells nothing, and Sinch has not got it', async () => {
    assert.equal(await mayPass([NOT_NOTED], []), true);
  });

  test('not before a report that comes has come', async () => {
    for (const behaviour of ['delivered', 'failed', 'unknown', 'intermediate_first', 'contradicting'] as const) {
      assert.equal(await mayPass([NOTED], [behaviour]), false, behaviour);
    }
  });

  test('not for a message that Sinch took after the store was read, whether or not it reports on it', async () => {
    // Its phase is that of one that was accepted, or of one whose answer has not come yet.
    for (const status of ['accepted', 'waiting_to_send', 'undecided', 'delivered']) {
      assert.equal(await mayPass([NOT_NOTED], ['delivered'], { status }), false, status);
      assert.equal(await mayPass([NOT_NOTED], ['no_report'], { status }), false, status);
    }
  });

  test('not for a message that has not been tried, or that Sinch took while we asked', async () => {
    for (const status of ['waiting_to_send', 'accepted', 'delivered']) {
      assert.equal(await mayPass([NOT_NOTED], [], { status }), false, status);
    }
    assert.equal(await mayPass([NOT_NOTED], [], { acceptedMeanwhile: true }), false);
  });

  test('not where one of two sends of a message is reported on', async () => {
    assert.equal(await mayPass([NOTED], ['no_report', 'delivered']), false);
  });
});
