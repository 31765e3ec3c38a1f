/** The OpenAPI document, from the routes that are mounted. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Env } from 'hono';
import { PROBLEM_JSON } from './problem.ts';

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
    },
    servers: [{ url: basePath || '/' }],
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
  const refused = (description: string) => ({ description, content: { [PROBLEM_JSON]: { schema: refusal } } });
  return {
    method: 'post' as const,
    path,
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
      401: refused('It did not prove that it comes from Sinch'),
      404: refused('There is no such integration'),
      405: refused('Callbacks are POST requests'),
      413: refused('Larger than any callback'),
      503: refused('To be sent again'),
    },
  };
}
