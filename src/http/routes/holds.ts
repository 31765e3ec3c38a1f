import type { PlanHold } from '../../contract/plan-hold.ts';
import { servesPlan } from '../../contract/serves-plan.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { heldMessageListSchema, heldMessageView, holdListSchema, holdView } from '../held-view.ts';
import { pageOf, pageQuery, pageQueryOf } from '../paging.ts';
import { Problem } from '../problem.ts';
import { projectOf } from '../project-of.ts';
import { within } from '../within.ts';

/** How long Temporal may take to tell which plans are held, in milliseconds. */
const HOLDS_DEADLINE_MS = 3_000;

type Deps = Pick<AppDeps, 'settings' | 'planHolds' | 'listHeldMessages' | 'countWaiting'>;

/** What is not sent, and why, for whoever may read: nobody needs to be an admin to see why a campaign stands still. */
export function holdRoutes({ settings, planHolds, listHeldMessages, countWaiting }: Deps): ApiRoute[] {
  /** Without them the answer would say that nothing is held. */
  async function holds(): Promise<ReadonlyMap<string, PlanHold>> {
    try {
      const found = await within(HOLDS_DEADLINE_MS, planHolds.list());
      return new Map(found.map((hold) => [hold.servicePlanId, hold]));
    } catch {
      throw new Problem('unavailable', 'Temporal cannot be asked at the moment which plans are held; try again');
    }
  }

  return [
    apiRoute({
      access: 'viewer',
      method: 'get',
      path: '/v1/projects/{projectId}/holds',
      id: 'listHolds',
      tag: 'Messages',
      summary: 'List the integrations that Sinch refuses, with why and since when, and how many messages wait',
      answer: holdListSchema,
      async handle({ params }) {
        const { projectId } = await projectOf(settings, params.projectId);
        const [held, all] = await Promise.all([holds(), settings.integrations()]);
        const own = all.filter((integration) => integration.projectId === projectId);
        const found = [...held.values()].flatMap((hold) =>
          own.filter((each) => servesPlan(each, hold.servicePlanId)).map((each) => ({ id: each.id, hold })),
        );
        const servicePlanIds = [...new Set(found.map(({ hold }) => hold.servicePlanId))];
        const waiting = await countWaiting({ projectId, servicePlanIds });
        return { holds: found.map(({ id, hold }) => holdView(id, hold, waiting.get(hold.servicePlanId) ?? 0)) };
      },
    }),
    apiRoute({
      access: 'viewer',
      method: 'get',
      path: '/v1/projects/{projectId}/held-messages',
      id: 'listHeldMessages',
      tag: 'Messages',
      summary: 'List messages that are held, with why and since when, those requested latest first',
      query: pageQuery,
      answer: heldMessageListSchema,
      async handle({ params, query }) {
        const { projectId } = await projectOf(settings, params.projectId);
        const held = await holds();
        const page = await listHeldMessages({ projectId, servicePlanIds: [...held.keys()], ...pageQueryOf(query) });
        const items = page.items.map((message) => heldMessageView(message, held.get(message.servicePlanId ?? '')));
        return pageOf('heldMessages', { ...page, items });
      },
    }),
  ];
}
