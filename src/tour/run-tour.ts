import { type CommandContext, note, print, printJson, showProgress } from '../commands/index.ts';
import type { Log } from '../contract/log.ts';
import { startStack } from '../local/index.ts';
import { DEMO_TRACKING_PROJECT, startSimulator, startTrackingApi } from '../simulator/index.ts';
import { arrivals, secondsUntil, throughputOf } from './arrivals.ts';
import { createHttpCaller, type HttpCaller } from './http-caller.ts';
import { checkRefusals } from './refusals.ts';
import { createSteps, expect, type Steps } from './steps.ts';
import { until } from './until.ts';

const TOKENS = { 'plan-a': 'token-of-plan-a', 'plan-b': 'token-of-plan-b' } as const;

/** Throughputs, in messages a second. */
const SLOW = 5;
const FASTER = 50;
const PLAN_B = 25;
const EXPORT_RATE = 300;

/** Messages of the measurements. */
const RATE_CHANGE_MESSAGES = 150;
const HANGING_MESSAGES = 100;
const PLAN_B_MESSAGES = 250;
/** Each leaves two events: `enqueued` and `delivered`. */
const EXPORTED_MESSAGES = 1000;

/** A plan keeps at least this share of its throughput whatever another one's provider does. */
const LEAST_SHARE = 0.98;
/** A changed throughput holds within this time, in seconds. */
const LONGEST_CHANGE = 2;

const BATCH = 500;

/** What the tour works with. */
export interface TourContext extends CommandContext {
  log: Log;
  signal: AbortSignal;
}

interface Figures {
  refusalsChecked: number;
  planBShare: number;
  rateChangeSeconds: number;
  exported: number;
  lost: number;
  doubled: number;
}

/** Takes the tour. @returns whether every step was right */
export async function runTour(options: { json: boolean }, context: TourContext): Promise<boolean> {
  const began = Date.now();
  const write = (line: string): void => (options.json ? note(context, line) : print(context, line));
  write('The tour: the first day of a deployment, over HTTP alone. Nothing is sent to anybody.');
  await using simulator = await startSimulator({
    plans: Object.entries(TOKENS).map(([servicePlanId, apiToken]) => ({ servicePlanId, apiToken })),
    reportDelayMs: 200,
  });
  await using tracking = await startTrackingApi();
  const { env, log, signal } = context;
  using progress = showProgress(context);
  await using stack = await startStack({ env, log, signal, memory: true, onProgress: progress.report });
  write(`Temporal's web UI, as long as this runs: ${stack.temporalUi ?? ''}`);

  const steps = createSteps(write);
  const figures: Figures = {
    refusalsChecked: 0,
    planBShare: 0,
    rateChangeSeconds: 0,
    exported: 0,
    lost: 0,
    doubled: 0,
  };
  const tour: Tour = {
    steps,
    figures,
    signal,
    base: stack.url,
    deployment: createHttpCaller(stack.url, stack.apiKey),
    simulatorUrl: simulator.url,
    trackingUrl: tracking.url,
  };
  try {
    const people = await setUp(tour);
    await useRoles(tour, people);
    await changeThroughput(tour, people);
    await hangOnePlan(tour, people);
    await exportEvents(tour, people);
    await readWhatHappened(tour, people);
  } catch (error) {
    signal.throwIfAborted();
    // Said already, with its mark: the steps behind it stand on it.
    if (steps.failed === 0) throw error;
  }
  const result = {
    steps: steps.taken,
    failed: steps.failed,
    refusals_checked: figures.refusalsChecked,
    plan_b_share: rounded(figures.planBShare),
    rate_change_seconds: rounded(figures.rateChangeSeconds),
    exported: figures.exported,
    exporter_lost: figures.lost,
    exporter_doubled: figures.doubled,
    seconds: rounded((Date.now() - began) / 1000),
  };
  const isRight = result.failed === 0 && result.plan_b_share >= LEAST_SHARE;
  write(
    isRight
      ? `All ${result.steps} steps are right, in ${result.seconds} s.`
      : `${result.failed} of ${result.steps} steps went wrong, and the tour ends there.`,
  );
  if (options.json) printJson(context, result);
  return isRight;
}

interface Tour {
  steps: Steps;
  figures: Figures;
  signal: AbortSignal;
  base: string;
  deployment: HttpCaller;
  simulatorUrl: string;
  trackingUrl: string;
}

/** Who does what on the first day. */
interface People {
  shop: Record<'admin' | 'sender' | 'viewer', HttpCaller>;
  travel: Record<'admin' | 'sender', HttpCaller>;
  keys: Record<'viewer' | 'sender' | 'admin', string>;
  keyOfTravel: string;
}

const SHOP = '/v1/projects/shop';
const TRAVEL = '/v1/projects/travel';

async function setUp({ steps, deployment, base, simulatorUrl }: Tour): Promise<People> {
  await steps.take('The deployment makes two projects', async () => {
    await deployment.ok('POST', '/v1/projects', { id: 'shop', name: 'Shop' });
    await deployment.ok('POST', '/v1/projects', { id: 'travel', name: 'Travel' });
    return { value: undefined, note: 'shop and travel' };
  });
  const keyOf = async (project: string, role: string): Promise<string> =>
    (await deployment.ok<{ key: string }>('POST', `${project}/keys`, { name: `${role} of the tour`, role })).key;
  const people = await steps.take('Keys are made for an admin, a sender and a viewer', async () => {
    const keys = {
      admin: await keyOf(SHOP, 'admin'),
      sender: await keyOf(SHOP, 'sender'),
      viewer: await keyOf(SHOP, 'viewer'),
    };
    const keyOfTravel = await keyOf(TRAVEL, 'admin');
    const made: People = {
      shop: {
        admin: createHttpCaller(base, keys.admin),
        sender: createHttpCaller(base, keys.sender),
        viewer: createHttpCaller(base, keys.viewer),
      },
      travel: {
        admin: createHttpCaller(base, keyOfTravel),
        sender: createHttpCaller(base, await keyOf(TRAVEL, 'sender')),
      },
      keys,
      keyOfTravel,
    };
    return { value: made, note: 'each shown once' };
  });
  await steps.take('Admins add three integrations on two plans', async () => {
    const add = (admin: HttpCaller, project: string, id: string, plan: keyof typeof TOKENS, rate: number) =>
      admin.ok<{ callbackUrl?: string; planNote?: string }>('POST', `${project}/integrations`, {
        id,
        name: id,
        servicePlanId: plan,
        baseUrl: simulatorUrl,
        apiToken: TOKENS[plan],
        messagesPerSecond: rate,
      });
    const first = await add(people.shop.admin, SHOP, 'shop-a', 'plan-a', SLOW);
    expect((first.callbackUrl ?? '').includes('/webhooks/sinch/shop-a/'), 'no callback URL for copying was shown');
    await add(people.shop.admin, SHOP, 'shop-b', 'plan-b', PLAN_B);
    const shared = await add(people.travel.admin, TRAVEL, 'travel-b', 'plan-b', EXPORT_RATE);
    expect((shared.planNote ?? '') !== '', 'nobody was told that the plan is shared');
    return { value: undefined, note: shared.planNote ?? '' };
  });
  await steps.take('Their connections are tested, and one with a wrong token', async () => {
    const test = (id: string) =>
      people.shop.admin.ok<{ ok: boolean; explanation: string }>('POST', `${SHOP}/integrations/${id}/test`, {});
    for (const id of ['shop-a', 'shop-b']) expect((await test(id)).ok, `the connection of ${id} does not work`);
    await people.shop.admin.ok('PATCH', `${SHOP}/integrations/shop-b`, { apiToken: 'wrong' });
    const wrong = await test('shop-b');
    expect(!wrong.ok, 'a wrong token was taken for a right one');
    await people.shop.admin.ok('PATCH', `${SHOP}/integrations/shop-b`, { apiToken: TOKENS['plan-b'] });
    return { value: undefined, note: wrong.explanation };
  });
  await steps.take('The admin chooses the default SMS provider and a default sender', async () => {
    for (const [admin, project, id] of [
      [people.shop.admin, SHOP, 'shop-a'],
      [people.travel.admin, TRAVEL, 'travel-b'],
    ] as const) {
      await admin.ok('POST', `${project}/senders`, { sender: 'Larkspur' });
      await admin.ok('PATCH', `${project}/settings`, { defaultIntegrationId: id, defaultSender: 'Larkspur' });
    }
    const refused = await people.shop.admin.call('POST', `${SHOP}/integrations/shop-a/disable`, {});
    expect(refused.status === 409, `disabling the default was answered with ${refused.status}`);
    return { value: undefined, note: 'which cannot be disabled then' };
  });
  return people;
}

async function useRoles(tour: Tour, people: People): Promise<void> {
  const { steps, figures, base, signal } = tour;
  await steps.take('The sender sends, and the viewer reads what became of it', async () => {
    const answer = await people.shop.sender.ok<{ success: boolean }>('POST', `${SHOP}/messages`, {
      ...messageOf('first', 0),
      campaignId: 'first',
    });
    expect(answer.success, 'the message was not taken');
    const { explanation } = await until('its delivery', 20_000, signal, async () => {
      const view = await people.shop.viewer.ok<{ status: string; explanation: string }>(
        'GET',
        `${SHOP}/messages/first-0`,
      );
      return view.status === 'delivered' && view;
    });
    return { value: undefined, note: explanation };
  });
  await steps.take('Every route refuses who has no key, too low a role, or another project', async () => {
    figures.refusalsChecked = await checkRefusals(base, 'shop', {
      ...people.keys,
      ofAnotherProject: people.keyOfTravel,
    });
    expect(figures.refusalsChecked > 0, 'no route was checked');
    return { value: undefined, note: `${figures.refusalsChecked} refusals` };
  });
}

async function changeThroughput(tour: Tour, people: People): Promise<void> {
  const { steps, figures, simulatorUrl, signal } = tour;
  await steps.take(`The throughput is changed from ${SLOW} to ${FASTER} a second while messages leave`, async () => {
    await sendMany(people.shop.sender, SHOP, 'rate', RATE_CHANGE_MESSAGES, { integrationId: 'shop-a' });
    await until('ten sends', 20_000, signal, async () => (await arrivals(simulatorUrl, 'shop', 'rate-')).length >= 10);
    await people.shop.admin.ok('PATCH', `${SHOP}/integrations/shop-a`, { messagesPerSecond: FASTER });
    const changedAt = Date.now();
    const times = await until('all sends', 60_000, signal, async () => {
      const all = await arrivals(simulatorUrl, 'shop', 'rate-');
      return all.length === RATE_CHANGE_MESSAGES && all;
    });
    const seconds = secondsUntil(times, changedAt, FASTER);
    expect(seconds !== undefined, 'the new throughput was never reached');
    figures.rateChangeSeconds = seconds;
    expect(seconds <= LONGEST_CHANGE, `it took ${seconds} s`);
    return { value: undefined, note: `it holds after ${seconds.toFixed(2)} s` };
  });
}

async function hangOnePlan(tour: Tour, people: People): Promise<void> {
  const { steps, figures, simulatorUrl, signal } = tour;
  const simulator = createHttpCaller(simulatorUrl);
  await steps.take('The provider of plan A hangs, while plan B sends', async () => {
    await simulator.ok('POST', '/_simulator/faults', { plan: 'plan-a', fault: { answer: 'hang', methods: ['POST'] } });
    await sendMany(people.shop.sender, SHOP, 'hangs', HANGING_MESSAGES, { integrationId: 'shop-a' });
    await sendMany(people.shop.sender, SHOP, 'steady', PLAN_B_MESSAGES, { integrationId: 'shop-b' });
    const times = await until('all sends of plan B', 60_000, signal, async () => {
      const all = await arrivals(simulatorUrl, 'shop', 'steady-');
      return all.length === PLAN_B_MESSAGES && all;
    });
    await simulator.ok('POST', '/_simulator/faults', { plan: 'plan-a', fault: null });
    figures.planBShare = throughputOf(times) / PLAN_B;
    expect(figures.planBShare >= LEAST_SHARE, `plan B had only ${rounded(figures.planBShare)} of its throughput`);
    return { value: undefined, note: `plan B had ${rounded(figures.planBShare)} of its throughput` };
  });
}

async function exportEvents(tour: Tour, people: People): Promise<void> {
  const { steps, figures, trackingUrl, signal } = tour;
  const tracking = createHttpCaller(trackingUrl);
  const fault = (given: unknown) => tracking.ok('POST', '/_tracking/faults', { project: '*', fault: given });
  const counts = () => tracking.ok<{ events: number; doubled: number; refused: number }>('GET', '/_tracking/counts');
  const events = EXPORTED_MESSAGES * 2;
  await steps.take('An exporter to the tracking API is set up, which is down with faults of every kind', async () => {
    await fault({ answer: { status: 429 }, every: 3 });
    const { projectToken, keyId, keySecret } = DEMO_TRACKING_PROJECT;
    await people.travel.admin.ok('PUT', `${TRAVEL}/exporter`, { baseUrl: trackingUrl, projectToken, keyId, keySecret });
    // The plan is shared: the shop's lower throughput would hold for both.
    await people.shop.admin.ok('PATCH', `${SHOP}/integrations/shop-b`, { messagesPerSecond: EXPORT_RATE });
    return { value: undefined };
  });
  await steps.take(`${events.toLocaleString('en')} events leave through it`, async () => {
    await sendMany(people.travel.sender, TRAVEL, 'trip', EXPORTED_MESSAGES, {
      campaignId: 'trip',
      campaignName: 'Trip',
      customerIds: { registered: 'somebody@example.com' },
    });
    const reached = (least: number) =>
      until(`${least} exported events`, 180_000, signal, async () => (await counts()).events >= least);
    await reached(events * 0.1);
    await fault({ answer: { status: 500 }, every: 2, times: 5 });
    await reached(events * 0.2);
    await fault({ answer: { status: 403 }, times: 2 });
    await reached(events * 0.3);
    await fault({ answer: 'reset', every: 2, times: 5 });
    await reached(events * 0.4);
    await fault({ refuse: { every: 40 } });
    await reached(events * 0.6);
    await fault(null);
    const { refused } = await counts();
    expect(refused > 0, 'no event was refused');
    await until('every other event', 240_000, signal, async () => {
      const { delivered, enqueued } = await people.travel.admin.ok<{ delivered: number; enqueued: number }>(
        'GET',
        `${TRAVEL}/ledger`,
      );
      return enqueued + delivered >= events && (await counts()).events >= events - refused;
    });
    const { events: again } = await people.travel.admin.ok<{ events: number }>('POST', `${TRAVEL}/exporter/retry`, {});
    expect(again === refused, `${refused} were refused and ${again} sent again`);
    const last = await until('the refused events', 60_000, signal, async () => {
      const now = await counts();
      return now.events >= events && now;
    });
    figures.exported = last.events;
    figures.lost = events - last.events;
    figures.doubled = last.doubled;
    expect(figures.lost === 0 && figures.doubled === 0, `${figures.lost} lost, ${figures.doubled} doubled`);
    return { value: undefined, note: `${refused} refused and sent again, none lost, none doubled` };
  });
}

async function readWhatHappened({ steps, signal }: Tour, people: People): Promise<void> {
  await steps.take('An analyst reads the evaluation of the campaign', async () => {
    const campaign = await until('its last delivery', 60_000, signal, async () => {
      const read = await people.travel.admin.ok<{
        counts: { requested: number; delivered: number };
        delivery_rates: { of_sent: { rate: number | null } };
      }>('GET', `${TRAVEL}/campaigns/trip`);
      return read.counts.delivered === EXPORTED_MESSAGES && read;
    });
    expect(campaign.counts.requested === EXPORTED_MESSAGES, `${campaign.counts.requested} requests were counted`);
    return {
      value: undefined,
      note: `${campaign.counts.delivered} delivered, ${Math.round((campaign.delivery_rates.of_sent.rate ?? 0) * 100)} % of what was sent`,
    };
  });
  await steps.take('The admin reads who changed what', async () => {
    const { entries } = await people.shop.admin.ok<{ entries: { actor: string }[] }>('GET', `${SHOP}/audit?limit=100`);
    expect(entries.length > 0, 'the audit log is empty');
    return { value: undefined, note: `${entries.length} entries` };
  });
}

async function sendMany(
  sender: HttpCaller,
  project: string,
  prefix: string,
  count: number,
  members: Record<string, unknown>,
): Promise<void> {
  for (let first = 0; first < count; first += BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, count - first) }, (_, index) => ({
      ...messageOf(prefix, first + index),
      ...members,
    }));
    const { answers } = await sender.ok<{ answers: { success: boolean }[] }>('POST', `${project}/messages/batch`, {
      messages,
    });
    expect(
      answers.every(({ success }) => success),
      `not every message of ${prefix} was taken`,
    );
  }
}

/** To numbers of one country; their last digits are ordinary to the simulator. */
function messageOf(prefix: string, index: number): Record<string, unknown> {
  const recipient = `+3363998${String(index % 9000).padStart(4, '0')}`;
  return { messageId: `${prefix}-${index}`, recipient, text: `Hello number ${index}` };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
