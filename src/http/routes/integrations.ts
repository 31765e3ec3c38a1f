import { z } from '@hono/zod-openapi';
import type { IntegrationChange, IntegrationView, NewIntegration } from '../../settings/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { COUNTRY, INTEGRATION_ID, NOT_BLANK, SERVICE_PLAN_ID } from '../patterns.ts';
import { pageOf, pageQuery, pageQueryOf, pageSchema } from '../paging.ts';
import { heldPlans, holdViewOf, planHoldView, type PlanHoldView, probeLater } from '../plan-hold-view.ts';
import { Problem } from '../problem.ts';
import { adminOf } from '../project-of.ts';

/** Sinch's answer is waited for, and those of its other regions after it. */
const TEST_DEADLINE_MS = 9_500;

const REGIONS = ['us', 'eu', 'au', 'br', 'ca'] as const;

const time = z.iso.datetime();
const secretsOf = (pattern: string) =>
  z
    .array(z.string().openapi({ minLength: 1, pattern }))
    .openapi({ minItems: 1, maxItems: 2, description: 'The current one, and the previous one during rotation.' });

const PATH_SECRET = '^[A-Za-z0-9_-]{22,256}$';

const callbackAuth = z.union([
  z.strictObject({
    type: z.literal('hmac'),
    secrets: secretsOf('[^]'),
    toleranceMs: z.number().optional().openapi({ exclusiveMinimum: 0 }),
  }),
  z.strictObject({
    type: z.literal('basic'),
    username: z.string().openapi({ pattern: '^[^:]+$' }),
    passwords: secretsOf('[^]'),
  }),
  z.strictObject({ type: z.literal('url-secret'), secrets: secretsOf(PATH_SECRET) }),
]);

const CORRECTED = 'May be corrected until Sinch has accepted a message through the integration.';

const changeable = {
  name: z.string().openapi({ minLength: 1, maxLength: 200, pattern: NOT_BLANK }),
  servicePlanId: z.string().openapi({ pattern: SERVICE_PLAN_ID, description: CORRECTED }),
  region: z.enum(REGIONS).openapi({ description: `This, or \`baseUrl\`. ${CORRECTED}` }),
  baseUrl: z.string().openapi({
    format: 'uri',
    maxLength: 2048,
    description: `A region on request: scheme and host, on the internet unless the deployment allows others. ${CORRECTED}`,
  }),
  apiToken: z
    .string()
    .openapi({ pattern: '^[\\x21-\\x7e]+$', description: 'Of the plan. Kept encrypted and never shown.' }),
  messagesPerSecond: z
    .number()
    .openapi({ exclusiveMinimum: 0, description: 'Throughput of the plan by contract. Absent: 30.' }),
  callbackAuth: callbackAuth.openapi({
    description: 'How callbacks prove themselves; secrets are never shown. Absent: a random path secret.',
  }),
  callbackUrl: z
    .string()
    .openapi({ format: 'uri', maxLength: 2048, description: 'Absent: made of the public address.' }),
  mmsCountries: z
    .array(z.string().openapi({ pattern: COUNTRY }))
    .openapi({ description: 'Countries (ISO 3166-1 alpha-2) that the plan may send MMS to. Absent: US, CA, AU, PR.' }),
  hasDefaultOriginator: z.boolean().openapi({
    description: 'Whether Sinch has a default originator for the plan, so that a message may go without a sender.',
  }),
} satisfies Record<Exclude<keyof IntegrationChange, 'newCallbackSecret' | 'callbackToleranceMs'>, z.ZodType>;

const change = z
  .strictObject({
    ...changeable,
    callbackToleranceMs: z.number().nullable().openapi({
      exclusiveMinimum: 0,
      description:
        'Largest age of signatures of `hmac`; `null` for no limit. Under 24 hours it may lose reports that Sinch retries.',
    }),
    newCallbackSecret: z.string().openapi({
      description: 'Becomes the current secret or password of callbacks; the one before stays valid.',
    }),
  })
  .partial()
  .openapi('IntegrationChange');

const newIntegration = z
  .strictObject({
    ...z.object(changeable).partial().shape,
    name: changeable.name,
    servicePlanId: changeable.servicePlanId,
    apiToken: changeable.apiToken,
    ...({
      id: z
        .string()
        .optional()
        .openapi({ pattern: INTEGRATION_ID, description: 'Unique over all projects. Absent: made of the name.' }),
      isDefault: z.boolean().optional().openapi({
        description: "Make it the project's default SMS provider at once. Absent: the default stays as it is.",
      }),
    } satisfies Record<Exclude<keyof NewIntegration, keyof IntegrationChange>, z.ZodType>),
  })
  .openapi('NewIntegration');

const view = z
  .object({
    id: z.string(),
    projectId: z.string(),
    name: z.string(),
    servicePlanId: z.string(),
    formerServicePlanIds: z.array(z.string()).readonly().openapi({
      description:
        'Plans that it was given before its plan was corrected; messages requested then are sent through `servicePlanId`.',
    }),
    region: z.enum([...REGIONS, 'custom']),
    baseUrl: z.string(),
    messagesPerSecond: z.number(),
    planMessagesPerSecond: z.number().openapi({
      description: 'What the queue of the plan carries: the lowest rate of the enabled integrations that share it.',
    }),
    planNote: z.string().optional().openapi({ description: 'Whether others share the plan, in words.' }),
    state: z.enum(['enabled', 'disabled', 'archived']),
    isDefault: z.boolean(),
    callbackAuth: z.object({
      type: z.enum(['hmac', 'basic', 'url-secret']),
      secrets: z.number().int(),
      toleranceMs: z.number().optional().openapi({ description: 'Largest age of signatures. Absent: no limit.' }),
    }),
    callbackUrl: z.string().optional().openapi({ description: "For copying into Sinch's dashboard." }),
    mmsCountries: z.array(z.string()).readonly(),
    hasDefaultOriginator: z.boolean(),
    createdAt: time,
    updatedAt: time,
    archivedAt: time.optional(),
    held: planHoldView.optional(),
  })
  .openapi('Integration');

/** An integration, and why its plan sends nothing, if it does not. */
export type IntegrationAnswer = IntegrationView & { held?: PlanHoldView };

const connectionTest = z
  .object({
    ok: z.boolean(),
    verdict: z
      .enum(['works', 'token_or_plan', 'plan', 'region', 'account', 'address', 'network', 'provider'])
      .openapi({ description: 'What is wrong, if anything.' }),
    explanation: z.string().openapi({ description: 'The same in words, and what to do.' }),
    statusCode: z.number().int().optional().openapi({ description: 'HTTP status of the answer, if one came.' }),
    workingRegion: z.enum(REGIONS).optional().openapi({ description: 'The region that takes plan and token.' }),
    tookMs: z.number().int(),
  })
  .openapi('ConnectionTest');

const INTEGRATIONS = '/v1/projects/{projectId}/integrations';

/** Connections to Sinch service plans. */
export function integrationRoutes(
  deps: Pick<AppDeps, 'admin' | 'planHolds' | 'settings' | 'testConnection'>,
): ApiRoute[] {
  const { settings, testConnection, planHolds } = deps;

  async function withHolds(views: readonly IntegrationView[]): Promise<IntegrationAnswer[]> {
    const held = await heldPlans(planHolds);
    return views.map((each) => {
      const hold = held.get(each.servicePlanId);
      return hold ? { ...each, held: holdViewOf(hold) } : each;
    });
  }

  async function withHold(each: IntegrationView): Promise<IntegrationAnswer> {
    const [shown = each] = await withHolds([each]);
    return shown;
  }

  const step = (
    name: 'disable' | 'enable' | 'archive',
    summary: string,
    problems: ('default_integration' | 'messages_waiting' | 'integration_archived')[],
  ): ApiRoute =>
    apiRoute({
      access: 'admin',
      method: 'post',
      path: `/v1/projects/{projectId}/integrations/{integrationId}/${name}`,
      id: `${name}Integration`,
      tag: 'Integrations',
      summary,
      answer: view,
      problems: ['unknown_integration', ...problems, 'settings_are_static'],
      async handle({ params, actor }) {
        const admin = adminOf(deps);
        const method = `${name}Integration` as const;
        return withHold(await admin[method](actor(), params.projectId, params.integrationId));
      },
    });
  return [
    apiRoute({
      access: 'admin',
      method: 'get',
      path: INTEGRATIONS,
      id: 'listIntegrations',
      tag: 'Integrations',
      summary: 'List the integrations',
      query: pageQuery,
      answer: pageSchema('integrations', view),
      problems: ['settings_are_static'],
      async handle({ params, query }) {
        const { items, ...rest } = await adminOf(deps).integrations(params.projectId, pageQueryOf(query));
        return pageOf('integrations', { items: await withHolds(items), ...rest });
      },
    }),
    apiRoute({
      access: 'admin',
      method: 'post',
      path: INTEGRATIONS,
      id: 'createIntegration',
      tag: 'Integrations',
      summary: 'Add an integration; its id is fixed from then on',
      body: { schema: newIntegration },
      status: 201,
      answer: view,
      problems: ['invalid_settings', 'host_not_allowed', 'already_exists', 'settings_are_static'],
      handle: async ({ params, actor, json }) => adminOf(deps).createIntegration(actor(), params.projectId, json()),
    }),
    apiRoute({
      access: 'admin',
      method: 'get',
      path: `${INTEGRATIONS}/{integrationId}`,
      id: 'readIntegration',
      tag: 'Integrations',
      summary: 'Show an integration, without its token and secrets',
      answer: view,
      problems: ['unknown_integration', 'settings_are_static'],
      handle: async ({ params }) => withHold(await adminOf(deps).integration(params.projectId, params.integrationId)),
    }),
    apiRoute({
      access: 'admin',
      method: 'patch',
      path: `${INTEGRATIONS}/{integrationId}`,
      id: 'changeIntegration',
      tag: 'Integrations',
      summary:
        'Change an integration; plan, region and host until Sinch has accepted a message. Workers follow within 2 seconds',
      body: { schema: change },
      answer: view,
      problems: [
        'unknown_integration',
        'invalid_settings',
        'host_not_allowed',
        'fixed_once_created',
        'integration_archived',
        'settings_are_static',
      ],
      async handle({ params, actor, json }) {
        const { projectId, integrationId } = params;
        const changed = await adminOf(deps).changeIntegration(actor(), projectId, integrationId, json());
        // The change may be what mends the plan, or those whose queues its messages still wait in.
        for (const plan of [changed.servicePlanId, ...changed.formerServicePlanIds]) probeLater(planHolds, plan);
        return withHold(changed);
      },
    }),
    step('disable', 'Take no new messages; those waiting stay until it is enabled or they expire', [
      'default_integration',
      'integration_archived',
    ]),
    step('enable', 'Take and send messages again', ['integration_archived']),
    step('archive', 'Take it out of use for good; reports are still taken while any may come', [
      'default_integration',
      'messages_waiting',
      'integration_archived',
    ]),
    apiRoute({
      access: 'admin',
      method: 'post',
      path: `${INTEGRATIONS}/{integrationId}/test`,
      id: 'testIntegration',
      tag: 'Integrations',
      summary: 'Ask Sinch whether it takes plan, token and region; sends nothing',
      answer: connectionTest,
      problems: ['unknown_integration'],
      deadlineMs: TEST_DEADLINE_MS,
      async handle({ params: { projectId, integrationId } }) {
        const integration = await settings.integration(integrationId);
        if (integration?.projectId !== projectId) {
          throw new Problem('unknown_integration', `Project ${projectId} has no integration of this id`);
        }
        const test = await testConnection(integration);
        if (test.ok) {
          const { servicePlanId, formerServicePlanIds = [] } = integration;
          for (const plan of [servicePlanId, ...formerServicePlanIds]) probeLater(planHolds, plan);
        }
        return test;
      },
    }),
  ];
}
