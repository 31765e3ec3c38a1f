/** One attempt of a sweep, against a host that does what the test says. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createSweepActivities, type SweepDependencies } from '../../src/activities/index.ts';
import { pauseAfter } from '../../src/activities/report-reader.ts';
import type { MessageRecord } from '../../src/contract/campaign-event.ts';
import { NO_REPORTS, type SweepCounts, type SweepProgress, type SweepReportsInput } from '../../src/contract/sweep.ts';
import { staticSettings } from '../../src/settings/index.ts';
import { createSinchClients } from '../../src/sinch/index.ts';
import { answering, type Script, startHost } from '../sinch/scripted-host.ts';

const INPUT: SweepReportsInput = { servicePlanId: 'plan', since: '2026-11-20T00:00:00.000Z' };

const report = (id: number | string, members: object = {}): object => ({
  batch_id: `B${id}`,
  code: 0,
  status: 'Delivered',
  at: '2026-11-24T09:00:00Z',
  client_reference: `sinch/shop/m-${id}`,
  ...members,
});

/** Page by page what the test has; `count` as Sinch gives it. */
function pages(of: readonly (readonly unknown[])[], count?: number): Script {
  return ({ url }, response) => {
    const items = of[Number(url.searchParams.get('page'))] ?? [];
    response.end(JSON.stringify({ ...(count === undefined ? {} : { count }), delivery_reports: items }));
  };
}

type Signalled = [workflowId: string, integrationId: string, requestId: string];

interface Attempt {
  input?: Partial<SweepReportsInput>;
  heartbeatDetails?: SweepProgress;
  tokens?: readonly string[];
  deps?: Partial<SweepDependencies>;
}

async function attempt(script: Script, { input, heartbeatDetails, tokens = ['token'], deps }: Attempt = {}) {
  await using host = await startHost(script);
  await using clients = createSinchClients({ lookupTimeoutMs: 5_000, allowPrivateHosts: true });
  const signalled: Signalled[] = [];
  const records: MessageRecord[] = [];
  const beats: SweepProgress[] = [];
  const { sweepReports } = createSweepActivities({
    settings: staticSettings({
      allowPrivateHosts: true,
      projects: [
        {
          id: 'shop',
          defaultIntegrationId: `of-${tokens[0]}`,
          integrations: tokens.map((apiToken) => ({
            id: `of-${apiToken}`,
            servicePlanId: 'plan',
            baseUrl: host.baseUrl,
            apiToken,
          })),
        },
      ],
    }),
    events: { record: async (record) => void records.push(record) },
    sinch: clients.for,
    log: { warn: () => undefined, error: () => undefined },
    signalReport: async (_client, workflowId, { integrationId }, requestId) => {
      signalled.push([workflowId, integrationId, requestId]);
      return 'signalled';
    },
    ...deps,
  });
  // Of a worker; nothing is asked of it here, and it connects to nothing.
  const client = new Client({ connection: Connection.lazy() });
  const environment = new MockActivityEnvironment(heartbeatDetails === undefined ? {} : { heartbeatDetails }, {
    client,
  });
  environment.on('heartbeat', (details: SweepProgress) => beats.push(details));
  let counts: SweepCounts | undefined;
  let error: unknown;
  try {
    counts = await environment.run(async () => sweepReports({ ...INPUT, ...input }));
  } catch (thrown) {
    error = thrown;
  }
  return { counts, error, signalled, records, beats, asked: host.seen.map(({ url }) => url.searchParams.get('page')) };
}

describe('an attempt', () => {
  test('reads page after page and counts each report once that has moved to the next page', async () => {
    const first = [report(1), report(2)];
    const { counts, signalled, asked } = await attempt(pages([first, [report(2), report(3)]], 4));
    assert.deepEqual(counts, { ...NO_REPORTS, reports: 3, signalled: 3 });
    assert.deepEqual(signalled.map(([id]) => id).sort(), ['sinch/shop/m-1', 'sinch/shop/m-2', 'sinch/shop/m-3']);
    assert.deepEqual(asked, ['0', '1']);
  });

  test('ends at an empty page where Sinch gives no count', async () => {
    const { counts, asked } = await attempt(pages([[report(1)], [report(2)]]));
    assert.equal(counts?.reports, 2);
    assert.deepEqual(asked, ['0', '1', '2']);
  });

  test('goes on at the page where another attempt was', async () => {
    const progress: SweepProgress = { ...NO_REPORTS, reports: 2, signalled: 2, page: 1, seen: 2, total: 3 };
    const { counts, signalled, asked, beats } = await attempt(pages([[], [report(3)]], 3), {
      heartbeatDetails: progress,
    });
    assert.deepEqual(counts, { ...NO_REPORTS, reports: 3, signalled: 3 });
    assert.equal(signalled.length, 1);
    assert.deepEqual(asked, ['1']);
    assert.deepEqual(beats.at(-1), { ...NO_REPORTS, reports: 3, signalled: 3, page: 2, seen: 3, total: 3 });
  });

  test('leaves to their callbacks what was made a moment ago', async () => {
    const young = report(2, { at: '2026-11-24T10:00:00Z' });
    const { counts } = await attempt(pages([[report(1), young]], 2), {
      input: { madeBefore: '2026-11-24T10:00:00.000Z' },
    });
    assert.deepEqual(counts, { ...NO_REPORTS, reports: 1, signalled: 1 });
  });

  test('is not stopped by what cannot be read or is not ours', async () => {
    const others = [null, report('x', { client_reference: 'of somebody else' }), report('y', { client_reference: '' })];
    const { counts } = await attempt(pages([[...others, report(1)]], 4));
    assert.deepEqual(counts, { ...NO_REPORTS, reports: 4, signalled: 1, unknown: 2, unreadable: 1 });
  });

  test('makes the same request id for the same report, and one of its own', async () => {
    const first = await attempt(pages([[report(1)]], 1));
    const second = await attempt(pages([[report(1)]], 1));
    assert.deepEqual(first.signalled, second.signalled);
    assert.match(first.signalled[0]?.[2] ?? '', /^sweep:[0-9a-f]{64}$/);
  });

  test('takes a message that has ended for settled where the store cannot be asked', async () => {
    const { counts, records } = await attempt(pages([[report(1)]], 1), {
      deps: { signalReport: () => Promise.resolve('closed') },
    });
    assert.deepEqual(counts, { ...NO_REPORTS, reports: 1, alreadyFinal: 1 });
    assert.deepEqual(records, []);
  });

  test('keeps the report of a message that never left as a late one', async () => {
    const records: MessageRecord[] = [];
    const { counts } = await attempt(pages([[report(1)]], 1), {
      deps: {
        signalReport: () => Promise.resolve('closed'),
        events: { record: async (record) => void records.push(record), recorded: () => Promise.resolve([]) },
      },
    });
    assert.deepEqual(counts, { ...NO_REPORTS, reports: 1, late: 1 });
    assert.deepEqual(records[0]?.events, []);
    assert.equal(records[0]?.lateReports[0]?.reason, 'after_end');
  });

  test('reads as another integration of the plan where one is not let in', async () => {
    const script: Script = (request, response, socket) => {
      const isRight = request.headers.authorization === 'Bearer right';
      (isRight ? pages([[report(1)]], 1) : answering(401))(request, response, socket);
    };
    const { counts, signalled } = await attempt(script, { tokens: ['wrong', 'right'] });
    assert.equal(counts?.signalled, 1);
    // The store does not say whose message it is, so that each of the plan's may be.
    assert.deepEqual(
      signalled.map(([, integrationId]) => integrationId),
      ['of-wrong', 'of-right'],
    );
  });

  test('is not made again where nobody is let in', async () => {
    const { error, asked } = await attempt(answering(403, '{"code":"blocked_account","text":"Blocked"}'));
    assert.ok(error instanceof ApplicationFailure);
    assert.equal(error.type, 'sweep_refused');
    assert.equal(error.nonRetryable, true);
    assert.match(error.message, /plan plan cannot be read.*integration of-token.*blocked_account/);
    assert.equal(asked.length, 1);
  });

  test("may be made again where a stranger's answer keeps it from its page: Sinch has refused nothing", async () => {
    let denials = 2;
    const { error, asked } = await attempt((_, response) => {
      denials -= 1;
      if (denials >= 0) response.writeHead(407).end('Proxy Authentication Required');
      else response.end(JSON.stringify({ count: 0, page: 0, page_size: 0, delivery_reports: [] }));
    });
    assert.equal(error, undefined);
    assert.equal(asked.length, 3);
  });

  test('fails where the host does not turn pages, and may be made again', async () => {
    const { error } = await attempt(({ url: _url }, response) => {
      response.end(JSON.stringify({ count: 900, delivery_reports: [report(1), report(2)] }));
    });
    assert.ok(error instanceof ApplicationFailure);
    assert.match(error.message, /page 1 is the page before it once more/);
    assert.notEqual(error.nonRetryable, true);
  });

  test('fails where a report cannot be handed over, so that the page is read again', async () => {
    const { error, beats } = await attempt(pages([[report(1)], [report(2)]], 2), {
      deps: {
        signalReport: (_client, workflowId) =>
          workflowId.endsWith('2') ? Promise.reject(new Error('14 UNAVAILABLE')) : Promise.resolve('signalled'),
      },
    });
    assert.match(String(error), /UNAVAILABLE/);
    assert.equal(beats.at(-1)?.page, 1);
  });
});

test('pauses double up to half a minute, and are no shorter than Sinch asks for', () => {
  assert.deepEqual(
    [1, 2, 3, 5, 6, 20].map((failures) => pauseAfter(failures, undefined, 0)),
    [1_000, 2_000, 4_000, 16_000, 30_000, 30_000],
  );
  assert.equal(pauseAfter(1, undefined, 1), 1_250);
  assert.equal(pauseAfter(1, 90_000, 1), 90_000);
});
