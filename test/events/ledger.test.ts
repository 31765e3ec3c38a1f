import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CampaignEventStatus } from '../../src/contract/campaign-event.ts';
import type { SendMessageInput, UnknownOutcomePolicy } from '../../src/contract/message.ts';
import { createSqlSink, readLedger } from '../../src/events/index.ts';
import { createRegister } from '../../src/register/index.ts';
import { withDatabases } from '../helpers/database.ts';
import { sampleEvent, sampleMessage, sampleRecord } from '../helpers/messages.ts';

const NO_FAULTS = { eventWithoutRequest: 0, finalWithoutEnqueued: 0, skippedWithEvent: 0, refusedWithoutEvent: 0 };

withDatabases('the ledger', (engine) => {
  /** Writes messages of a project in a few words. */
  function books(projectId: string) {
    const register = createRegister(engine.database());
    const sink = createSqlSink(engine.database());
    let count = 0;
    const next = (campaignId?: string): SendMessageInput => {
      count += 1;
      return sampleMessage({
        projectId,
        messageId: `m-${count}`,
        campaign: campaignId === undefined ? {} : { campaignId },
      });
    };
    const detailsOf = ({ projectId, messageId, requestedAt, campaign }: SendMessageInput) => ({
      projectId,
      messageId,
      requestedAt,
      contentHash: 'x',
      answer: {},
      reportsExpected: true,
      ...(campaign.campaignId === undefined ? {} : { campaignId: campaign.campaignId }),
    });
    const events = async (message: SendMessageInput, statuses: CampaignEventStatus[]): Promise<void> =>
      sink.record(sampleRecord(message, { events: statuses.map((status) => sampleEvent(message, { status })) }));
    return {
      sent: async (statuses: CampaignEventStatus[], campaignId?: string): Promise<void> => {
        const message = next(campaignId);
        await register.register({ ...detailsOf(message), disposition: 'send', input: message });
        await events(message, statuses);
      },
      refused: async (campaignId?: string): Promise<void> => {
        const message = next(campaignId);
        const event = sampleEvent(message, { status: 'enqueue_failed', error: 'impossible_number' });
        await register.register({ ...detailsOf(message), disposition: 'enqueue_failed', event });
      },
      skipped: async (statuses: CampaignEventStatus[] = []): Promise<void> => {
        const message = next();
        await register.register({ ...detailsOf(message), disposition: 'skipped', skipReason: 'no_recipient' });
        await events(message, statuses);
      },
      cancelled: async (): Promise<void> => {
        const message = next();
        await register.register({ ...detailsOf(message), disposition: 'send', input: message });
        await sink.record(sampleRecord(message, { skipped: { reason: 'cancelled', at: message.requestedAt } }));
      },
      decided: async (
        policies: UnknownOutcomePolicy[],
        statuses: CampaignEventStatus[],
        campaignId?: string,
      ): Promise<void> => {
        const message = next(campaignId);
        await register.register({ ...detailsOf(message), disposition: 'send', input: message });
        const unknownOutcomes = policies.map((policy) => ({
          policy,
          ...(campaignId === undefined ? {} : { campaignId }),
          at: message.requestedAt,
        }));
        // What is held is recorded at once and with its end.
        for (let times = 0; times < 2; times += 1) await sink.record(sampleRecord(message, { unknownOutcomes }));
        await events(message, statuses);
      },
      unregistered: async (statuses: CampaignEventStatus[]) => events(next(), statuses),
      read: async (campaignId?: string) =>
        readLedger(engine.database(), { projectId, ...(campaignId === undefined ? {} : { campaignId }) }),
    };
  }

  test('is empty and balanced where nothing was requested', async () => {
    const { requested, enqueued, balanced } = await books('empty').read();
    assert.deepEqual({ requested, enqueued, balanced }, { requested: 0, enqueued: 0, balanced: true });
  });

  test('counts every state, and balances', async () => {
    const { sent, refused, skipped, cancelled, read } = books('whole');
    await sent([]);
    await sent([]);
    await sent(['enqueued']);
    await sent(['enqueued', 'delivered']);
    await sent(['enqueued', 'delivered']);
    await sent(['enqueued', 'rejected']);
    await sent(['enqueued', 'failed']);
    await sent(['enqueued', 'timeout']);
    await sent(['enqueue_failed']);
    await refused();
    await skipped();
    await cancelled();
    assert.deepEqual(await read(), {
      requested: 12,
      skipped: 2,
      waitingToSend: 2,
      enqueued: 6,
      enqueueFailed: 2,
      waitingForReport: 1,
      delivered: 2,
      rejected: 1,
      failed: 1,
      timeout: 1,
      faults: NO_FAULTS,
      unknownOutcomes: { resent: 0, held: 0, heldStill: 0 },
      balanced: true,
    });
  });

  test('counts what was decided about unknown outcomes, once for each message, beside the states', async () => {
    const { decided, sent, read } = books('decided');
    await sent(['enqueued', 'delivered']);
    await decided(['resend'], ['enqueued', 'delivered']);
    await decided(['hold'], ['enqueued', 'delivered'], 'spring');
    await decided(['hold'], ['enqueue_failed']);
    await decided(['hold'], [], 'spring');
    await decided(['resend', 'hold'], []);
    const ledger = await read();
    assert.deepEqual(ledger.unknownOutcomes, { resent: 2, held: 4, heldStill: 2 });
    assert.deepEqual([ledger.requested, ledger.waitingToSend, ledger.balanced], [6, 2, true]);
    assert.deepEqual((await read('spring')).unknownOutcomes, { resent: 0, held: 2, heldStill: 1 });
  });

  test('of a campaign counts that campaign alone', async () => {
    const { sent, refused, read } = books('campaigns');
    await sent(['enqueued', 'delivered'], 'spring');
    await refused('spring');
    await sent(['enqueued'], 'autumn');
    await sent(['enqueued']);
    const spring = await read('spring');
    assert.deepEqual([spring.requested, spring.enqueued, spring.enqueueFailed, spring.balanced], [2, 1, 1, true]);
    assert.equal((await read()).requested, 4);
    assert.equal((await read('winter')).requested, 0);
  });

  test('does not balance where a final event has none that says it was enqueued', async () => {
    const { sent, read } = books('no-enqueued');
    await sent(['enqueued', 'delivered']);
    await sent(['delivered']);
    await sent(['enqueue_failed', 'failed']);
    const ledger = await read();
    assert.deepEqual([ledger.balanced, ledger.faults], [false, { ...NO_FAULTS, finalWithoutEnqueued: 2 }]);
  });

  test('does not balance where an event has no request', async () => {
    const { sent, unregistered, read } = books('no-request');
    await sent(['enqueued']);
    await unregistered(['enqueued']);
    await unregistered(['enqueued', 'delivered']);
    await unregistered(['timeout']);
    const ledger = await read();
    assert.equal(ledger.balanced, false);
    assert.deepEqual(ledger.faults, { ...NO_FAULTS, eventWithoutRequest: 3, finalWithoutEnqueued: 1 });
    assert.deepEqual([ledger.requested, ledger.enqueued, ledger.delivered], [1, 3, 1]);
  });

  test('does not balance where a skipped message was sent', async () => {
    const { skipped, read } = books('skipped-sent');
    await skipped();
    await skipped(['enqueued']);
    const ledger = await read();
    assert.deepEqual([ledger.balanced, ledger.faults], [false, { ...NO_FAULTS, skippedWithEvent: 1 }]);
  });

  test('does not balance where a refused message was enqueued all the same', async () => {
    const { refused, read } = books('refused-sent');
    await refused();
    assert.equal((await read()).balanced, true);
    const { orm } = engine.database();
    await orm.execute("update campaign_events set status = 'enqueued' where project_id = 'refused-sent'");
    const ledger = await read();
    assert.deepEqual([ledger.balanced, ledger.faults], [false, { ...NO_FAULTS, refusedWithoutEvent: 1 }]);
  });
});
