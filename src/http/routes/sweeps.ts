import { z } from '@hono/zod-openapi';
import type { Integration } from '../../settings/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { Problem } from '../problem.ts';
import { projectOf } from '../project-of.ts';

const DAY_MS = 86_400_000;

/** Sinch keeps batches for so many days (Batches, "List batches"). */
export const MOST_DAYS_BACK = 14;

/** An hour more for whoever counts back from a moment ago. */
const LONGEST_BACK_MS = MOST_DAYS_BACK * DAY_MS + 3_600_000;

const SINCE = `a time in ISO 8601 with its offset, at most ${MOST_DAYS_BACK} days back and not in the future`;

const time = z.iso.datetime();
const count = z.number().int();

const startBody = z
  .strictObject({
    since: z.iso.datetime({ offset: true }).openapi({ description: `Reports since then are read: ${SINCE}.` }),
  })
  .openapi('SweepStart');

const started = z
  .object({ sweepId: z.string(), integrationId: z.string(), servicePlanId: z.string(), since: time })
  .openapi('StartedSweep');

const view = z
  .object({
    sweepId: z.string(),
    integrationId: z.string(),
    servicePlanId: z.string(),
    state: z.enum(['running', 'completed', 'failed']),
    reports: count.openapi({ description: 'Finished reports of the project that were read, each once.' }),
    signalled: count.openapi({ description: 'Handed to a message that had no final event.' }),
    alreadyFinal: count.openapi({ description: 'Of messages that have ended, with what the report says.' }),
    late: count.openapi({ description: 'Of messages that have ended with something else: kept as late reports.' }),
    unknown: count.openapi({ description: 'Of no message that Temporal knows.' }),
    unreadable: count.openapi({ description: 'Without a status that could be read.' }),
    seen: count.optional().openapi({ description: 'While it runs: reports read, those of others included.' }),
    total: count.optional().openapi({ description: 'While it runs: of so many, where Sinch says so.' }),
    startedAt: time,
    seconds: z.number(),
    error: z
      .object({
        code: z.enum(['sweep_refused', 'sweep_plan_unknown', 'sweep_stopped', 'sweep_failed']),
        message: z.string(),
      })
      .optional()
      .openapi({ description: 'Why it failed.' }),
  })
  .openapi('Sweep');

/** A sweep that was started. */
export type StartedSweepView = z.output<typeof started>;

/** How far a sweep is. */
export type SweepView = z.output<typeof view>;

const PROJECT = '/v1/projects/{projectId}';

/** Recovering at once the delivery reports whose callbacks were lost. */
export function sweepRoutes({ settings, sweeps }: Pick<AppDeps, 'settings' | 'sweeps'>): ApiRoute[] {
  async function integrationOf(projectId: string, integrationId: string): Promise<Integration> {
    const integration = await settings.integration(integrationId);
    if (integration?.projectId === projectId) return integration;
    throw new Problem('unknown_integration', `Project ${projectId} has no integration of this id`);
  }

  async function start({ projectId, id, servicePlanId }: Integration, since: string): Promise<StartedSweepView> {
    const sweepId = await sweeps.start({ servicePlanId, projectId, since });
    return { sweepId, integrationId: id, servicePlanId, since };
  }

  return [
    apiRoute({
      access: 'sender',
      method: 'post',
      path: `${PROJECT}/sweeps`,
      id: 'sweepProject',
      tag: 'Messages',
      summary: "Recover lost delivery reports of all the project's plans with an enabled integration",
      description: 'Starts one sweep for each plan. Any number at the same time does no harm.',
      body: { schema: startBody },
      status: 201,
      answer: z.object({ sweeps: z.array(started) }),
      async handle({ params, json }) {
        const { projectId } = await projectOf(settings, params.projectId);
        const since = sinceOf(json());
        const enabled = (await settings.integrations()).filter((each) => each.projectId === projectId && each.enabled);
        const plans = new Map<string, Integration>();
        for (const each of enabled) if (!plans.has(each.servicePlanId)) plans.set(each.servicePlanId, each);
        return { sweeps: await Promise.all([...plans.values()].map((each) => start(each, since))) };
      },
    }),
    apiRoute({
      access: 'sender',
      method: 'post',
      path: `${PROJECT}/integrations/{integrationId}/sweeps`,
      id: 'sweepIntegration',
      tag: 'Messages',
      summary: "Recover lost delivery reports: read Sinch's, and hand over those that are missing",
      description:
        "Reads the finished reports of the integration's plan and hands each to its message where that has no final event. It runs on by itself; any number at the same time does no harm.",
      body: { schema: startBody },
      status: 201,
      answer: started,
      problems: ['unknown_integration'],
      async handle({ params: { projectId, integrationId }, json }) {
        const since = sinceOf(json());
        return start(await integrationOf(projectId, integrationId), since);
      },
    }),
    apiRoute({
      access: 'sender',
      method: 'get',
      path: `${PROJECT}/integrations/{integrationId}/sweeps/{sweepId}`,
      id: 'readSweep',
      tag: 'Messages',
      summary: 'Show how far a sweep of delivery reports is, or what it came to',
      answer: view,
      problems: ['unknown_integration', 'unknown_sweep'],
      async handle({ params: { projectId, integrationId, sweepId } }) {
        const { servicePlanId } = await integrationOf(projectId, integrationId);
        const status = await sweeps.status({ servicePlanId, projectId, sweepId });
        if (!status) throw new Problem('unknown_sweep', `Integration ${integrationId} has no sweep of this id`);
        return { sweepId, integrationId, servicePlanId, ...status };
      },
    }),
  ];
}

/** @throws Problem `invalid_body` */
function sinceOf(json: unknown): string {
  const parsed = startBody.safeParse(json);
  const ms = parsed.success ? Date.parse(parsed.data.since) : Number.NaN;
  const now = Date.now();
  if (ms <= now && ms >= now - LONGEST_BACK_MS) return new Date(ms).toISOString();
  throw new Problem('invalid_body', `Expected an object with \`since\` alone, ${SINCE}`);
}
