import { z } from '@hono/zod-openapi';
import type { NewProject, Page, PageQuery, ProjectChange, ProjectView } from '../../settings/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { COUNTRY, NOT_BLANK } from '../patterns.ts';
import { pageOf, pageQuery, pageQueryOf, pageSchema } from '../paging.ts';
import { adminOf } from '../project-of.ts';

const time = z.iso.datetime();
const milliseconds = z.number();

const changeable = {
  name: z.string().openapi({ minLength: 1, maxLength: 200, pattern: NOT_BLANK }),
  defaultIntegrationId: z.string().openapi({ description: 'The default SMS provider; has to be enabled.' }),
  defaultSender: z.string().nullable().openapi({ description: 'One of the predefined senders.' }),
  eventName: z.string().openapi({
    minLength: 1,
    maxLength: 255,
    pattern: NOT_BLANK,
    description: 'Name of the campaign event at the engagement platform.',
  }),
  countriesWithoutReports: z
    .array(z.string().openapi({ pattern: COUNTRY }))
    .nullable()
    .openapi({ description: '`null`: the default list.' }),
  reportWindowMs: milliseconds
    .nullable()
    .openapi({ exclusiveMinimum: 0, description: 'How long reports are waited for. `null`: 4 days.' }),
  settleMs: milliseconds.nullable().openapi({
    minimum: 0,
    description: 'How long a message of unknown outcome is looked for. `null`: 60 seconds.',
  }),
  waitWhereNoReportsExpected: z.boolean(),
  statusAttribute: z.boolean().openapi({ description: 'Whether `SinchStatus` follows the message.' }),
  bareNumbers: z.string().nullable().openapi({
    description:
      'How numbers without `+` and `00` are read: `international`, `refused`, or as national ones of a country (ISO 3166-1 alpha-2). `null`: international.',
    example: 'GB',
  }),
  retentionDays: z.int().nullable().openapi({
    minimum: 1,
    maximum: 36_500,
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
    bareNumbers: z.string().optional(),
    retentionDays: z.number().optional(),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Project');

const listed = z
  .object({
    id: z.string(),
    name: z.string().openapi({ description: 'For people; the id where it has no other.' }),
    createdAt: time.optional().openapi({ description: 'Absent where settings come from the environment or a file.' }),
  })
  .openapi('ListedProject');

/** A project in a list. */
export type ListedProjectView = z.infer<typeof listed>;

/** Projects and what holds for every message of theirs. */
export function projectRoutes(deps: Pick<AppDeps, 'admin' | 'settings'>): ApiRoute[] {
  async function projects(query: PageQuery, own: string | undefined): Promise<Page<ListedProjectView>> {
    const { admin, settings } = deps;
    const shown = ({ id, name, createdAt }: ProjectView): ListedProjectView => ({ id, name, createdAt });
    if (admin && own !== undefined) return { items: [shown(await admin.project(own))] };
    if (admin) {
      const { items, ...rest } = await admin.projects(query);
      return { items: items.map(shown), ...rest };
    }
    // Settings that are given once hold few projects, each with an integration; all of them are one page.
    const ids = new Set((await settings.integrations()).map(({ projectId }) => projectId));
    return { items: [...ids].sort().map((id) => ({ id, name: id })) };
  }

  return [
    apiRoute({
      access: 'viewer',
      method: 'get',
      path: '/v1/projects',
      id: 'listProjects',
      tag: 'Project settings',
      summary: 'List the projects that the key has to do with: its own, or with the deployment key all of them',
      query: pageQuery,
      answer: pageSchema('projects', listed),
      handle: async ({ query, ownProject }) => pageOf('projects', await projects(pageQueryOf(query), ownProject())),
    }),
    apiRoute({
      access: 'deployment',
      method: 'post',
      path: '/v1/projects',
      id: 'createProject',
      tag: 'Project settings',
      summary: 'Make a project',
      body: {
        schema: z.strictObject({
          id: z.string().openapi({ pattern: '^[a-z0-9-]{1,32}$', description: 'Fixed from then on.' }),
          name: changeable.name.optional().openapi({ description: 'For people. Absent: the id.' }),
        } satisfies Record<keyof NewProject, z.ZodType>),
      },
      status: 201,
      answer: view,
      problems: ['invalid_settings', 'already_exists', 'settings_are_static'],
      handle: async ({ actor, json }) => adminOf(deps).createProject(actor(), json()),
    }),
    apiRoute({
      access: 'admin',
      method: 'get',
      path: '/v1/projects/{projectId}/settings',
      id: 'readProjectSettings',
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
      id: 'changeProjectSettings',
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
      handle: async ({ params, actor, json }) => adminOf(deps).changeProject(actor(), params.projectId, json()),
    }),
  ];
}
