/** What is scraped of a running system, over HTTP. The SDK's runtime is one a process, so this has a file of its own. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '../../src/log.ts';
import { findFreePorts } from '../../src/local/free-ports.ts';
import { type Stack, startStack } from '../../src/local/index.ts';
import { MetricsAddressError } from '../../src/worker-connection.ts';

const log = createLogger('silent');
const RECIPIENT = '+33639980001';

let stack: Stack;
let metricsAddress = '';
before(async () => {
  const [port = 0] = await findFreePorts('127.0.0.1', 1);
  metricsAddress = `127.0.0.1:${port}`;
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const options = { env: process.env, memory: true, log, simulator: { reportDelayMs: 20 } };
  try {
    // Before it works: a runtime that could not be set up is no runtime.
    const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    await assert.rejects(startStack({ ...options, metricsAddress: taken }), (error) => {
      assert.ok(error instanceof MetricsAddressError, String(error));
      assert.equal(error.code, 'metrics_address_unusable');
      assert.ok(error.message.includes(taken));
      return true;
    });
  } finally {
    other.close();
  }
  stack = await startStack({ ...options, metricsAddress });
});
after(() => stack?.close());

async function scrape(url: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(url, { headers });
  assert.equal(response.status, 200);
  return response.text();
}

/** Scrapes until a line is there: what is scraped of the SDK is behind by a moment. */
async function untilShown(url: string, line: RegExp, headers?: Record<string, string>): Promise<string> {
  for (;;) {
    const text = await scrape(url, headers);
    if (line.test(text)) return text;
    await delay(50);
  }
}

test('shows the worker’s own metrics and those of the SDK, and the server’s', { timeout: 150_000 }, async () => {
  const headers = { authorization: `Bearer ${stack.apiKey}` };
  const response = await fetch(`${stack.url}/v1/projects/${stack.projectId}/messages`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ messageId: 'm-1', recipient: RECIPIENT, text: 'Hello Ada' }),
  });
  assert.equal(response.status, 200);

  const ofWorker = await untilShown(
    `http://${metricsAddress}/metrics`,
    /^temporal_workflow_completed\{.*workflow_type="sendMessage".*\} 1$/m,
  );
  assert.match(ofWorker, /^# HELP sinch_messages_ended_total Messages whose end was written, by status/m);
  assert.match(ofWorker, /^sinch_messages_ended_total\{.*status="delivered".*\} 1$/m);
  assert.match(ofWorker, /^temporal_activity_schedule_to_start_latency_count\{.*task_queue="sinch-plan-/m);

  const ofServer = await untilShown(
    `${stack.url}/metrics`,
    /^sinch_webhook_callbacks_total\{integrationId="simulator",outcome="signalled"\} 1$/m,
    headers,
  );
  assert.match(ofServer, /^sinch_intake_answers_total\{projectId="demo",status="waiting_to_send"\} 1$/m);
  assert.match(ofServer, /^sinch_webhook_answers_total\{integrationId="simulator",status="200"\} 1$/m);
  assert.match(
    ofServer,
    /^sinch_http_requests_total\{route="POST \/v1\/projects\/\{projectId\}\/messages",status="200"\} 1$/m,
  );
  assert.match(ofServer, /^sinch_starts_waiting 0$/m);
  assert.match(ofServer, /^sinch_queue_backlog\{queue="sinch-plan-demo-plan",kind="activity"\} 0$/m);
  assert.match(ofServer, /^sinch_queue_pollers\{queue="sinch-messages",kind="workflow"\} [1-9]/m);
  assert.match(ofServer, /^nodejs_eventloop_lag_seconds /m);
  for (const text of [ofWorker, ofServer]) {
    assert.ok(!text.includes(RECIPIENT.slice(1)) && !text.includes('Hello Ada') && !text.includes('m-1'));
  }
});
