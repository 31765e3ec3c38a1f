import { z } from '@hono/zod-openapi';
import { messageRequestSchema } from '../../requests/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { intakeAnswer } from '../message-schema.ts';
import { MESSAGE_ID } from '../patterns.ts';
import { Problem } from '../problem.ts';
import { projectOf } from '../project-of.ts';

/** A scenario step must be answered within a second; then it is 503, and the platform repeats it. */
const STEP_DEADLINE_MS = 800;

/** Recipients of one batch: as many as the platform puts into one request. */
const MOST_RECIPIENTS = 1_000;

/** Numbers of people: a JSON number counts by what was typed. */
const AS_TYPED = ['recipient', 'sender'];

/** 1,000 of the longest texts, were every character an escape. */
const LARGEST_BATCH_BYTES = 16 * 1024 * 1024;

// Made anew: one that was made before zod learned of OpenAPI, as the order of imports has it, cannot be named.
const request = z
  .strictObject({
    ...messageRequestSchema.shape,
    messageId: z.string().openapi({ pattern: MESSAGE_ID }),
  })
  .openapi('MessageRequest');

const requests = z.array(request).max(MOST_RECIPIENTS);

/** What the platform's webhook nodes call. A recipient that gets no message is never a 4xx, which would stop its chunk. */
export function scenarioStepRoutes({ settings, intake }: Pick<AppDeps, 'settings' | 'intake'>): ApiRoute[] {
  return [
    apiRoute({
      access: 'sender',
      method: 'post',
      path: '/v1/projects/{projectId}/messages',
      id: 'sendMessage',
      tag: 'Scenario steps',
      summary: 'Send to one recipient',
      description:
        'Answers 200 also for a recipient that gets no message, with `success: false`. The same request again gets the ' +
        'same answer and sends nothing.',
      body: { schema: request },
      answer: intakeAnswer,
      deadlineMs: STEP_DEADLINE_MS,
      async handle({ params, json }) {
        const project = await projectOf(settings, params.projectId);
        return intake.take(project, objectOf(json(AS_TYPED)));
      },
    }),
    apiRoute({
      access: 'sender',
      method: 'post',
      path: '/v1/projects/{projectId}/messages/batch',
      id: 'sendMessages',
      tag: 'Scenario steps',
      summary: `Send to up to ${MOST_RECIPIENTS} recipients`,
      description: 'One answer for each recipient, in their order. A wrong recipient does not concern the others.',
      body: {
        schema: z.union([z.strictObject({ messages: requests }), requests]),
        largestBytes: LARGEST_BATCH_BYTES,
      },
      answer: z.object({ answers: z.array(intakeAnswer) }),
      deadlineMs: STEP_DEADLINE_MS,
      async handle({ params, json }) {
        const project = await projectOf(settings, params.projectId);
        return { answers: await intake.takeMany(project, listOf(json(AS_TYPED))) };
      },
    }),
  ];
}

function objectOf(body: unknown): Record<string, unknown> {
  if (isObject(body)) return body;
  throw new Problem('invalid_body', 'Expected one JSON object, the request of one message');
}

/** The platform sends a list; an object leaves room for what concerns all recipients. */
function listOf(body: unknown): unknown[] {
  const list = isObject(body) ? body['messages'] : body;
  if (!Array.isArray(list)) {
    throw new Problem('invalid_body', 'Expected a JSON list of requests, or an object with the list `messages`');
  }
  const others = isObject(body) ? Object.keys(body).filter((name) => name !== 'messages') : [];
  if (others.length > 0) {
    const named = others.slice(0, 5).map((name) => name.slice(0, 64));
    throw new Problem('invalid_body', `Expected nothing beside \`messages\`; there is ${named.join(', ')}`);
  }
  if (list.length > MOST_RECIPIENTS) {
    throw new Problem('invalid_body', `Expected at most ${MOST_RECIPIENTS} recipients, got ${list.length}: split them`);
  }
  return list;
}

function isObject(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}
