import { z } from '@hono/zod-openapi';
import {
  LONGEST_REPORT_WINDOW_MS,
  LONGEST_SETTLE_MS,
  type NewProject,
  type ProjectChange,
  SHORTEST_REPORT_WINDOW_MS,
} from '../../settings/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { adminOf } from '../project-of.ts';

const time = z.iso.datetime();
const milliseconds = z.number();

const changeable = {
  name: z.string(),
  defaultIntegrationId: z.string().openapi({ description: 'The default SMS provider; has to be enabled.' }),
  defaultSender: z.string().nullable().openapi({ description: 'One of the predefined senders.' }),
  eventName: z.string().openapi({ description: 'Name of the campaign event at the engagement platform.' }),
  countriesWithoutReports: z.array(z.string()).nullable().openapi({ description: '`null`: the default list.' }),
  reportWindowMs: milliseconds
    .min(SHORTEST_REPORT_WINDOW_MS)
    .max(LONGEST_REPORT_WINDOW_MS)
    .nullable()
    .openapi({ description: 'How long reports are waited for, 1 minute to 30 days. `null`: 4 days.' }),
  settleMs: milliseconds.min(0).max(LONGEST_SETTLE_MS).nullable().openapi({
    description: 'How long a message of unknown outcome is looked for, up to 24 hours. `null`: 60 seconds.',
  }),
  waitWhereNoReportsExpected: z.boolean(),
  statusAttribute: z.boolean().openapi({ description: 'Whether `SinchStatus` follows the message.' }),
  retentionDays: z.number().nullable().openapi({
    description: 'Whole days after which what identifies a person is taken out. `null`: never.',
  }),
} satisfies Record<keyof ProjectChange, z.ZodType>;

const change = z.strictObject(changeable).partial().openapi('ProjectChange');

const view = z
  .object({
    id: z.string(),
    name: z.string(),
    defaultIntegrationId: z.string().optional().openapi({ description: 'Absent until an admin has set one.' }),
    defaultSender: z.string().optional(),
    eventName: z.string(),
    countriesWithoutReports: z.array(z.string()).readonly().optional(),
    reportWindowMs: milliseconds.optional(),
    settleMs: milliseconds.optional(),
    waitWhereNoReportsExpected: z.boolean(),
    statusAttribute: z.boolean(),
    retentionDays: z.number().optional(),
    createdAt: time,
    updatedAt: time,
    note: z.string().optional().openapi({
      description: 'In the answer to a change alone: messages that were requested before keep what held then.',
    }),
  })
  .openapi('Project');

/** Projects and what holds for every message of theirs. */
export function projectRoutes(deps: Pick<AppDeps, 'admin'>): ApiRoute[] {
  return [
    apiRoute({
      access: 'deployment',
      method: 'post',
      path: '/v1/projects',
      tag: 'Project settings',
      summary: 'Make a project',
      body: {
        schema: z.strictObject({
          id: z.string().openapi({ description: '1 to 32 of `a-z0-9-`; fixed from then on.' }),
          name: z.string().optional().openapi({ description: 'For people. Absent: the id.' }),
        } satisfies Record<keyof NewProject, z.ZodType>),
      },
      status: 201,
      answer: view,
      problems: ['invalid_settings', 'already_exists', 'settings_are_static'],
      handle: async ({ actor, json }) => adminOf(deps).createProject(actor(), await json()),
    }),
    apiRoute({
      access: 'admin',
      method: 'get',
      path: '/v1/projects/{projectId}/settings',
      tag: 'Project settings',
      summary: 'Show what holds for every message of the project',
      answer: view,
      problems: ['settings_are_static'],
      handle: async ({ params }) => adminOf(deps).project(params.projectId),
    }),
    apiRoute({
      access: 'admin',
      method: 'patch',
      path: '/v1/projects/{projectId}/settings',
      tag: 'Project settings',
      summary: 'Change what holds for every message of the project, such as its default SMS provider',
      body: { schema: change },
      answer: view,
      problems: [
        'invalid_settings',
        'unknown_integration',
        'integration_not_enabled',
        'unknown_sender',
        'settings_are_static',
      ],
      handle: async ({ params, actor, json }) => adminOf(deps).changeProject(actor(), params.projectId, await json()),
    }),
  ];
}
