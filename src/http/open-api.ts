/** The OpenAPI document, from the routes that are mounted. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Env } from 'hono';
import { PROBLEM_JSON } from './problem.ts';

/** The parts of the document, in their order. */
const TAGS = [
  ['Scenario steps', 'What the webhook nodes of the engagement platform call.'],
  ['Messages', 'What became of messages, what is held, and recovering lost reports.'],
  ['Campaigns', 'Counts, rates and the ledger of campaigns.'],
  ['Project settings', 'Projects and what holds for every message of theirs.'],
  ['Integrations', 'Connections to service plans of Sinch.'],
  ['Senders', 'Predefined senders of a project.'],
  ['API keys', 'Keys of a project, with their roles.'],
  ['Exporter', 'Where campaign events leave to.'],
  ['Erasure', "One person's data, taken out of a project."],
  ['Audit', 'Who changed what in the settings.'],
  ['Codes', 'What codes of reports, answers and events mean.'],
  ['Payload encryption', "A codec server for Temporal's web UI and command line."],
  ['Webhook', 'Delivery reports of Sinch.'],
  ['Health', 'Whether the process lives and can work, and what it offers.'],
] as const;

/** The document as JSON. */
export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

/**
 * Describes what was registered; the webhook, which is no route of the table, is described here.
 * @param basePath below which a proxy has it all; empty for none
 */
export function describeApi<E extends Env>(app: OpenAPIHono<E>, basePath: string): OpenApiDocument {
  const registry = app.openAPIRegistry;
  registry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  registry.registerComponent('securitySchemes', 'apiKey', { type: 'apiKey', in: 'header', name: 'X-Api-Key' });
  registry.registerComponent('securitySchemes', 'basic', {
    type: 'http',
    scheme: 'basic',
    description: 'The key is the password; any user name will do.',
  });
  for (const path of ['/webhooks/sinch/{integrationId}', '/webhooks/sinch/{integrationId}/{secret}']) {
    registry.registerPath(callbackRoute(path));
  }
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'temporal-sinch',
      version: '1',
      description:
        'SMS and MMS through Sinch: messages of scenario steps, what became of them, and the settings of projects. ' +
        'Each operation names the role that it needs in `x-access`.',
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
    },
    servers: [{ url: basePath || '/' }],
    tags: TAGS.map(([name, description]) => ({ name, description })),
  });
}

function callbackRoute(path: string) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, z.string()] as const);
  const refusal = z.object({
    received: z.literal(false),
    status: z.number(),
    code: z.string(),
    title: z.string(),
    detail: z.string(),
  });
  const refused = (description: string, headers = {}) => ({
    description,
    headers,
    content: { [PROBLEM_JSON]: { schema: refusal } },
  });
  const text = { type: 'string' as const };
  return {
    method: 'post' as const,
    path,
    operationId: path.endsWith('{secret}') ? 'takeReportBySecret' : 'takeReport',
    tags: ['Webhook'],
    summary: 'Take a delivery report from Sinch',
    'x-access': 'sinch',
    security: [],
    request: { params: z.object(Object.fromEntries(names)) },
    responses: {
      200: {
        description: 'Taken for good, or of no message of ours and kept',
        content: { 'application/json': { schema: z.object({ received: z.literal(true) }) } },
      },
      401: refused('It did not prove that it comes from Sinch', {
        'WWW-Authenticate': { description: 'Where HTTP Basic is expected.', required: false, schema: text },
      }),
      404: refused('There is no such integration'),
      405: refused('Callbacks are POST requests', {
        Allow: { description: 'The one method that is taken.', required: true, schema: { ...text, const: 'POST' } },
      }),
      413: refused('Larger than any callback'),
      503: refused('To be sent again', {
        'Retry-After': {
          description: 'Seconds until the same callback may come again.',
          required: true,
          schema: { type: 'integer' as const, minimum: 1 },
        },
      }),
    },
  };
}
