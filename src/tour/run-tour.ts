import { type CommandContext, note, print, printJson, showProgress } from '../commands/index.ts';
import type { Log } from '../contract/log.ts';
import { startStack } from '../local/index.ts';
import { DEMO_TRACKING_PROJECT, startSimulator, startTrackingApi } from '../simulator/index.ts';
import { arrivals, secondsUntil } from './arrivals.ts';
import { createHttpCaller, type HttpCaller } from './http-caller.ts';
import { checkRefusals } from './refusals.ts';
import { measureShare } from './share.ts';
import { createSteps, expect, type Step, type Steps } from './steps.ts';
import { until, untilCounted } from './until.ts';

const TOKENS = { 'plan-a': 'token-of-plan-a', 'plan-b': 'token-of-plan-b' } as const;

/**
 * Throughputs, in messages a second. The embedded database gives some thirty of them: what is to be measured stays well
 * below, so that it is the plan's throughput and not the machine's.
 */
const SLOW = 5;
const FASTER = 20;
const PLAN_B = 6;
const EXPORT_RATE = 300;

/** Messages of the measurements. */
const RATE_CHANGE_MESSAGES = 120;
const HANGING_MESSAGES = 100;
/** From so many on that hang, the plan beside is measured: before the first of them is given up, after 15 s. */
const HANGING_BEFORE_MEASURING = 50;
const PLAN_B_MESSAGES = 72;
/** Each leaves two events: `enqueued` and `delivered`. */
const EXPORTED_MESSAGES = 1000;

/** A plan keeps at least this share of its throughput whatever another one's provider does. */
const LEAST_SHARE = 0.98;
/** A changed throughput holds within this time, in seconds. */
const LONGEST_CHANGE = 2;
/** Most changes that are measured: on a machine that does much else, the first one may fall into a moment of standing still. */
const MOST_CHANGES = 3;

const BATCH = 500;

/** What the tour works with. */
export interface TourContext extends CommandContext {
  log: Log;
  signal: AbortSignal;
}

/** What was measured; absent where its step did not come so far. */
interface Figures {
  refusalsChecked?: number;
  planBShare?: number;
  planBAlone?: number;
  planBBeside?: number;
  rateChangeSeconds?: number;
  exported?: number;
  lost?: number;
  doubled?: number;
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

  const steps = createSteps(write, signal);
  const figures: Figures = {};
  const tour: Tour = {
    steps,
    figures,
    signal,
    base: stack.url,
    deployment: createHttpCaller(stack.url, stack.apiKey),
    simulatorUrl: simulator.url,
    trackingUrl: tracking.url,
  };
  const { people, ready } = await setUp(tour);
  await useRoles(tour, people, ready);
  await changeThroughput(tour, people, ready);
  await hangOnePlan(tour, people, ready);
  const exported = await exportEvents(tour, people, ready);
  await readWhatHappened(tour, people, exported);

  const { taken, failed, skipped } = steps;
  const result = {
    steps: taken,
    failed: failed.length,
    skipped: skipped.length,
    failed_steps: failed,
    skipped_steps: skipped,
    refusals_checked: figures.refusalsChecked ?? null,
    plan_b_share: rounded(figures.planBShare),
    plan_b_per_second_alone: rounded(figures.planBAlone),
    plan_b_per_second_beside: rounded(figures.planBBeside),
    rate_change_seconds: rounded(figures.rateChangeSeconds),
    exported: figures.exported ?? null,
    exporter_lost: figures.lost ?? null,
    exporter_doubled: figures.doubled ?? null,
    seconds: rounded((Date.now() - began) / 1000),
  };
  for (const line of summary(steps, result.seconds ?? 0)) write(line);
  if (options.json) printJson(context, result);
  return failed.length + skipped.length === 0;
}

function summary({ taken, failed, skipped }: Steps, seconds: number): string[] {
  if (failed.length + skipped.length === 0) return [`All ${taken} steps are right, in ${seconds} s.`];
  return [
    `${failed.length} of ${taken} steps went wrong, in ${seconds} s: ${failed.join('; ')}.`,
    ...(skipped.length === 0 ? [] : [`Not taken for want of those: ${skipped.join('; ')}.`]),
  ];
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

/** The answer of `/ledger`, as far as it is read here. */
interface Ledger {
  waitingToSend: number;
  enqueued: number;
  delivered: number;
  unknownOutcomes: { heldStill: number };
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

/** @returns who does what, and the step from which on they can send */
async function setUp({
  steps,
  deployment,
  base,
  simulatorUrl,
}: Tour): Promise<{ people: Step<People>; ready: Step<undefined> }> {
  const projects = await steps.take('The deployment makes two projects', [], async () => {
    await deployment.ok('POST', '/v1/projects', { id: 'shop', name: 'Shop' });
    await deployment.ok('POST', '/v1/projects', { id: 'travel', name: 'Travel' });
    return { value: undefined, note: 'shop and travel' };
  });
  const keyOf = async (project: string, role: string): Promise<string> =>
    (await deployment.ok<{ key: string }>('POST', `${project}/keys`, { name: `${role} of the tour`, role })).key;
  const people = await steps.take('Keys are made for an admin, a sender and a viewer', [projects], async () => {
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
  const integrations = await steps.take('Admins add three integrations on two plans', [people], async () => {
    const { shop, travel } = people.value;
    const add = (admin: HttpCaller, project: string, id: string, plan: keyof typeof TOKENS, rate: number) =>
      admin.ok<{ callbackUrl?: string; planNote?: string }>('POST', `${project}/integrations`, {
        id,
        name: id,
        servicePlanId: plan,
        baseUrl: simulatorUrl,
        apiToken: TOKENS[plan],
        messagesPerSecond: rate,
      });
    const first = await add(shop.admin, SHOP, 'shop-a', 'plan-a', SLOW);
    expect((first.callbackUrl ?? '').includes('/webhooks/sinch/shop-a/'), 'no callback URL for copying was shown');
    await add(shop.admin, SHOP, 'shop-b', 'plan-b', PLAN_B);
    const shared = await add(travel.admin, TRAVEL, 'travel-b', 'plan-b', EXPORT_RATE);
    expect((shared.planNote ?? '') !== '', 'nobody was told that the plan is shared');
    return { value: undefined, note: shared.planNote ?? '' };
  });
  await steps.take('Their connections are tested, and one with a wrong token', [integrations], async () => {
    const { shop } = people.value;
    const test = (id: string) =>
      shop.admin.ok<{ ok: boolean; explanation: string }>('POST', `${SHOP}/integrations/${id}/test`, {});
    for (const id of ['shop-a', 'shop-b']) expect((await test(id)).ok, `the connection of ${id} does not work`);
    const setToken = async (apiToken: string): Promise<unknown> =>
      shop.admin.ok('PATCH', `${SHOP}/integrations/shop-b`, { apiToken });
    try {
      await setToken('wrong');
      const wrong = await test('shop-b');
      expect(!wrong.ok, 'a wrong token was taken for a right one');
      return { value: undefined, note: wrong.explanation };
    } finally {
      // What follows sends through it, whatever became of this step.
      await setToken(TOKENS['plan-b']);
    }
  });
  const ready = await steps.take(
    'The admin chooses the default SMS provider and a default sender',
    [integrations],
    async () => {
      const { shop, travel } = people.value;
      for (const [admin, project, id] of [
        [shop.admin, SHOP, 'shop-a'],
        [travel.admin, TRAVEL, 'travel-b'],
      ] as const) {
        await admin.ok('POST', `${project}/senders`, { sender: 'Larkspur' });
        await admin.ok('PATCH', `${project}/settings`, { defaultIntegrationId: id, defaultSender: 'Larkspur' });
      }
      const refused = await shop.admin.call('POST', `${SHOP}/integrations/shop-a/disable`, {});
      expect(refused.status === 409, `disabling the default was answered with ${refused.status}`);
      return { value: undefined, note: 'which cannot be disabled then' };
    },
  );
  return { people, ready };
}

async function useRoles(tour: Tour, people: Step<People>, ready: Step<undefined>): Promise<void> {
  const { steps, figures, base, signal } = tour;
  await steps.take('The sender sends, and the viewer reads what became of it', [ready], async () => {
    const { shop } = people.value;
    const answer = await shop.sender.ok<{ success: boolean }>('POST', `${SHOP}/messages`, {
      ...messageOf('first', 0),
      campaignId: 'first',
    });
    expect(answer.success, 'the message was not taken');
    const { explanation } = await until('its delivery', signal, async () => {
      const view = await shop.viewer.ok<{ status: string; explanation: string }>('GET', `${SHOP}/messages/first-0`);
      return view.status === 'delivered' && view;
    });
    return { value: undefined, note: explanation };
  });
  await steps.take('Every route refuses who has no key, too low a role, or another project', [people], async () => {
    const { keys, keyOfTravel } = people.value;
    figures.refusalsChecked = await checkRefusals(base, 'shop', { ...keys, ofAnotherProject: keyOfTravel });
    expect(figures.refusalsChecked > 0, 'no route was checked');
    return { value: undefined, note: `${figures.refusalsChecked} refusals` };
  });
}

async function changeThroughput(tour: Tour, people: Step<People>, ready: Step<undefined>): Promise<void> {
  const { steps, figures, simulatorUrl, signal } = tour;
  const what = `The throughput is changed from ${SLOW} to ${FASTER} a second while messages leave`;
  await steps.take(what, [ready], async () => {
    const { admin, sender, viewer } = people.value.shop;
    const setRate = async (messagesPerSecond: number): Promise<unknown> =>
      admin.ok('PATCH', `${SHOP}/integrations/shop-a`, { messagesPerSecond });
    for (let change = 1; change <= MOST_CHANGES; change += 1) {
      const prefix = `rate-${change}`;
      const left = createLeftCounter(tour, viewer, prefix);
      await setRate(SLOW);
      await sendMany(sender, SHOP, prefix, RATE_CHANGE_MESSAGES, { integrationId: 'shop-a' });
      await untilCounted('messages that left', 10, signal, left);
      await setRate(FASTER);
      const changedAt = Date.now();
      await untilCounted('messages that left', RATE_CHANGE_MESSAGES, signal, left);
      const seconds = secondsUntil(await arrivals(simulatorUrl, 'shop', `${prefix}-`), changedAt, FASTER) ?? Infinity;
      figures.rateChangeSeconds = Math.min(figures.rateChangeSeconds ?? Infinity, seconds);
      if (seconds <= LONGEST_CHANGE) break;
    }
    const best = figures.rateChangeSeconds ?? Infinity;
    if (best === Infinity) {
      delete figures.rateChangeSeconds;
      expect(false, `in ${MOST_CHANGES} changes the new throughput was never reached`);
    }
    expect(best <= LONGEST_CHANGE, `in the quickest of ${MOST_CHANGES} changes it took ${best} s`);
    return { value: undefined, note: `it holds after ${best.toFixed(2)} s` };
  });
}

async function hangOnePlan(tour: Tour, people: Step<People>, ready: Step<undefined>): Promise<void> {
  const { steps, figures, simulatorUrl, signal } = tour;
  const simulator = createHttpCaller(simulatorUrl);
  const setFault = async (fault: unknown): Promise<unknown> =>
    simulator.ok('POST', '/_simulator/faults', { plan: 'plan-a', fault });
  await steps.take('The provider of plan A hangs, while plan B sends', [ready], async () => {
    const { admin, sender, viewer } = people.value.shop;
    const steadily = async (prefix: string): Promise<readonly number[]> => {
      const left = createLeftCounter(tour, viewer, prefix);
      await sendMany(sender, SHOP, prefix, PLAN_B_MESSAGES, { integrationId: 'shop-b' });
      await untilCounted('messages of plan B that left', PLAN_B_MESSAGES, signal, left);
      return arrivals(simulatorUrl, 'shop', `${prefix}-`);
    };
    await admin.ok('PATCH', `${SHOP}/integrations/shop-a`, { messagesPerSecond: FASTER });
    const { alone, beside, share, rounds } = await measureShare(LEAST_SHARE, async (kind, round) => {
      if (kind === 'alone') {
        await until('an end of what hung', signal, async () => {
          const { waitingToSend, unknownOutcomes } = await viewer.ok<Ledger>('GET', `${SHOP}/ledger`);
          return waitingToSend === unknownOutcomes.heldStill;
        });
        return steadily(`alone-${round}`);
      }
      try {
        // Sinch has them all the same: they are found when their POSTs are given up, and cost nothing afterwards.
        await setFault({ answer: 'hang', carryOut: true, methods: ['POST'] });
        const left = createLeftCounter(tour, viewer, `hangs-${round}`);
        await sendMany(sender, SHOP, `hangs-${round}`, HANGING_MESSAGES, { integrationId: 'shop-a' });
        await untilCounted('messages of plan A that hang', HANGING_BEFORE_MEASURING, signal, left);
        return await steadily(`beside-${round}`);
      } finally {
        await setFault(null);
      }
    });
    Object.assign(figures, { planBShare: share, planBAlone: alone, planBBeside: beside });
    const measured =
      `plan B sent ${beside.toFixed(1)} a second beside it and ${alone.toFixed(1)} without, ` +
      `by its throughput ${PLAN_B}${rounds === 1 ? '' : `, each the best of ${rounds}`}`;
    expect(share >= LEAST_SHARE, `${measured}: a share of ${share.toFixed(3)}, and ${LEAST_SHARE} is the least`);
    return { value: undefined, note: measured };
  });
}

/** @returns the last of its steps, with how many messages Sinch took */
async function exportEvents(tour: Tour, people: Step<People>, ready: Step<undefined>): Promise<Step<number>> {
  const { steps, figures, trackingUrl, signal } = tour;
  const tracking = createHttpCaller(trackingUrl);
  const fault = async (given: unknown): Promise<unknown> =>
    tracking.ok('POST', '/_tracking/faults', { project: '*', fault: given });
  const counts = async () =>
    tracking.ok<{ events: number; doubled: number; refused: number }>('GET', '/_tracking/counts');
  const events = EXPORTED_MESSAGES * 2;
  const setUpExporter = 'An exporter to the tracking API is set up, which is down with faults of every kind';
  const exporter = await steps.take(setUpExporter, [ready], async () => {
    await fault({ answer: { status: 429 }, every: 3 });
    const { projectToken, keyId, keySecret } = DEMO_TRACKING_PROJECT;
    const { shop, travel } = people.value;
    await travel.admin.ok('PUT', `${TRAVEL}/exporter`, { baseUrl: trackingUrl, projectToken, keyId, keySecret });
    // The plan is shared: the shop's lower throughput would hold for both.
    await shop.admin.ok('PATCH', `${SHOP}/integrations/shop-b`, { messagesPerSecond: EXPORT_RATE });
    return { value: undefined };
  });
  return steps.take(`${events.toLocaleString('en')} events leave through it`, [exporter], async () => {
    const { admin, sender } = people.value.travel;
    await sendMany(sender, TRAVEL, 'trip', EXPORTED_MESSAGES, {
      campaignId: 'trip',
      campaignName: 'Trip',
      customerIds: { registered: 'somebody@example.com' },
    });
    const reached = async (least: number): Promise<number> =>
      untilCounted('exported events', least, signal, async () => (await counts()).events);
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
    const ledger = async (): Promise<Ledger> => admin.ok<Ledger>('GET', `${TRAVEL}/ledger`);
    await untilCounted('events in the ledger', events, signal, async () => {
      const { delivered, enqueued, unknownOutcomes } = await ledger();
      return enqueued + delivered + 2 * unknownOutcomes.heldStill;
    });
    const { delivered, enqueued } = await ledger();
    const recorded = enqueued + delivered;
    await reached(recorded - refused);
    const { events: again } = await admin.ok<{ events: number }>('POST', `${TRAVEL}/exporter/retry`, {});
    expect(again === refused, `${refused} were refused and ${again} sent again`);
    await reached(recorded);
    const { events: exported, doubled } = await counts();
    Object.assign(figures, { exported, lost: recorded - exported, doubled });
    expect(exported === recorded && doubled === 0, `${recorded - exported} lost, ${doubled} doubled`);
    return { value: delivered, note: `${refused} refused and sent again, none lost, none doubled` };
  });
}

async function readWhatHappened({ steps, signal }: Tour, people: Step<People>, exported: Step<number>): Promise<void> {
  await steps.take('An analyst reads the evaluation of the campaign', [exported], async () => {
    const { admin } = people.value.travel;
    const campaign = await until('its last delivery', signal, async () => {
      const read = await admin.ok<{
        counts: { requested: number; delivered: number };
        delivery_rates: { of_sent: { rate: number | null } };
      }>('GET', `${TRAVEL}/campaigns/trip`);
      return read.counts.delivered === exported.value && read;
    });
    expect(campaign.counts.requested === EXPORTED_MESSAGES, `${campaign.counts.requested} requests were counted`);
    return {
      value: undefined,
      note: `${campaign.counts.delivered} delivered, ${Math.round((campaign.delivery_rates.of_sent.rate ?? 0) * 100)} % of what was sent`,
    };
  });
  await steps.take('The admin reads who changed what', [people], async () => {
    const { admin } = people.value.shop;
    const { entries } = await admin.ok<{ entries: { actor: string }[] }>('GET', `${SHOP}/audit?limit=100`);
    expect(entries.length > 0, 'the audit log is empty');
    return { value: undefined, note: `${entries.length} entries` };
  });
}

/**
 * Counts messages from now on: those of a prefix that Sinch has, and those of the project that are held. On a machine that
 * stands still for seconds a send may end without an answer, and such a message is not sent again.
 */
function createLeftCounter({ simulatorUrl }: Tour, viewer: HttpCaller, prefix: string): () => Promise<number> {
  const held = async (): Promise<number> =>
    (await viewer.ok<Ledger>('GET', `${SHOP}/ledger`)).unknownOutcomes.heldStill;
  let heldBefore: number | undefined;
  return async () => {
    const heldNow = await held();
    heldBefore ??= heldNow;
    return (await arrivals(simulatorUrl, 'shop', `${prefix}-`)).length + heldNow - heldBefore;
  };
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

/** `null` for what was not measured. */
function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 1000) / 1000;
}
