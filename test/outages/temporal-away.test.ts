/** What a deployment does while Temporal is away: it takes requests, asks Sinch to come again, and goes on when it is back. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findPostgres } from '../helpers/postgres.ts';
import type { Child } from '../helpers/child.ts';
import { AT_ONCE_MS, type Deployment, PLAN, startDeployment } from '../helpers/deployment.ts';
import { until } from '../helpers/until.ts';

const bin = findPostgres();
const skip = bin === undefined && 'no PostgreSQL found: initdb is neither on PATH nor below /usr/lib/postgresql';

describe('while Temporal is away', { skip, timeout: 480_000 }, () => {
  let deployment: Deployment;
  let server: Child;
  before(async () => {
    if (bin === undefined) return;
    deployment = await startDeployment({ bin, durable: true });
    await deployment.temporal.goAway();
  });
  after(() => deployment?.[Symbol.asyncDispose]());

  test('an HTTP process starts, says so, and takes a message that is sent once Temporal is there', async () => {
    server = await deployment.startServer();
    await server.untilStderr(/Temporal does not answer: messages are registered/);
    const ready = await fetch(`${deployment.serverUrl}/readyz`);
    assert.equal(ready.status, 503);
    const parts = (await ready.json()) as Record<string, string>;
    assert.equal(parts['database'], 'ok');
    assert.notEqual(parts['temporal'], 'ok');

    const asked = await deployment.ask({ messageId: 'before-temporal' });
    assert.deepEqual([asked.status, asked.json['success'], asked.json['status']], [200, true, 'waiting_to_send']);
    assert.ok(asked.ms < AT_ONCE_MS, `the intake took ${asked.ms} ms`);
    await reportIsToComeAgain('before-temporal');

    await deployment.temporal.comeBack();
    await deployment.startWorker();
    await until('the message is delivered', async () => (await statusesOf('before-temporal')).includes('delivered'));
    assert.equal(deployment.accepted('before-temporal'), 1);
    assert.equal((await fetch(`${deployment.serverUrl}/readyz`)).status, 200);
  });

  test('reports come again until their messages have them, and what is asked for meanwhile is sent once', async () => {
    deployment.simulator.setFault(PLAN, { callbacks: 'hold' });
    const waiting = Array.from({ length: 10 }, (_, index) => `waiting-${index}`);
    await Promise.all(waiting.map((messageId) => deployment.ask({ messageId })));
    for (const each of waiting) {
      await until(`${each} waits for its report`, async () => (await statusesOf(each)).includes('enqueued'));
    }

    await deployment.temporal.goAway();
    deployment.simulator.setFault(PLAN, undefined);
    const asked = await deployment.ask({ messageId: 'meanwhile' });
    assert.deepEqual([asked.status, asked.json['success']], [200, true]);
    assert.ok(asked.ms < AT_ONCE_MS, `the intake took ${asked.ms} ms`);
    const repeated = await deployment.ask({ messageId: 'meanwhile' });
    assert.deepEqual(repeated.json, asked.json);
    await reportIsToComeAgain('waiting-0');
    await until('every report was tried and not taken', () => {
      const callbacks = deployment.simulator.messages().map((message) => message.callbacks);
      return callbacks.filter(({ sent, answered }) => sent > answered).length >= waiting.length;
    });

    await deployment.temporal.comeBack();
    for (const each of [...waiting, 'meanwhile']) {
      await until(`${each} is delivered`, async () => (await statusesOf(each)).length === 2);
      assert.deepEqual(await statusesOf(each), ['enqueued', 'delivered'], each);
      assert.equal(deployment.accepted(each), 1, each);
    }
  });

  async function reportIsToComeAgain(messageId: string): Promise<void> {
    const answer = await deployment.report(messageId, { status: 'Dispatched', code: 401 });
    assert.equal(answer.status, 503);
    assert.ok(answer.ms < AT_ONCE_MS, `the webhook took ${answer.ms} ms`);
  }

  async function statusesOf(messageId: string): Promise<string[]> {
    const { events } = await deployment.events(messageId);
    return events.map(({ status }) => status);
  }
});
