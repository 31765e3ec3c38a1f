/** The HTTP surface: routes over the intake, the register and the events. Knows no server and no Temporal client. */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { MessageClient } from '../client/index.ts';
import type { Log } from '../contract/log.ts';
import { isMessageId } from '../contract/identity.ts';
import type { Ledger, MessageEvents } from '../events/index.ts';
import type { MessageKey } from '../contract/identity.ts';
import type { Intake, IntakeAnswer } from '../intake/index.ts';
import { CursorError, type MessageRegister, type RegisteredMessage } from '../register/index.ts';
import type { ProjectSettings, Settings } from '../settings/index.ts';
import type { Webhook } from '../webhook/index.ts';
import type { ApiKeyCheck } from './api-key.ts';
import { summaryOf, viewOf } from './message-view.ts';
import { Problem } from './problem.ts';

/** A scenario step must be answered within a second; then it is 503, and the platform repeats it. */
const STEP_DEADLINE_MS = 800;

/** Other routes. */
const DEADLINE_MS = 5_000;

/** How long a message's workflow is waited for when a message is shown. */
const STATUS_DEADLINE_MS = 2_000;

/** One scenario step's body with room to spare. */
const LARGEST_BODY_BYTES = 256 * 1024;

export interface AppDeps {
  settings: Settings;
  intake: Intake;
  register: Pick<MessageRegister<IntakeAnswer>, 'find' | 'list'>;
  messages: Pick<MessageClient, 'status' | 'cancel' | 'cancelOrStartCancelled'>;
  readEvents(key: MessageKey): Promise<MessageEvents>;
  readLedger(scope: { projectId: string; campaignId?: string }): Promise<Ledger>;
  webhook: Webhook;
  checkApiKey: ApiKeyCheck;
  /** What `/readyz` asks, by name; each throws where its part cannot work. */
  readiness: Readonly<Record<string, () => Promise<void>>>;
  log: Log;
}

export function createApp(deps: AppDeps): Hono {
  const { settings, intake, register, messages, webhook, checkApiKey, readiness, log } = deps;
  const app = new Hono();

  app.all('/webhooks/sinch/*', (c) => webhook(c.req.raw));

  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    const checks = await Promise.all(
      Object.entries(readiness).map(async ([name, check]) => {
        try {
          await within(STATUS_DEADLINE_MS, check());
          return [name, 'ok'] as const;
        } catch (error) {
          return [name, error instanceof Error ? error.message : String(error)] as const;
        }
      }),
    );
    const ready = checks.every(([, result]) => result === 'ok');
    return c.json({ status: ready ? 'ok' : 'unavailable', ...Object.fromEntries(checks) }, ready ? 200 : 503);
  });

  app.use('/v1/*', async (c, next) => {
    if (!checkApiKey(c.req.raw.headers)) {
      throw new Problem(
        'unauthenticated',
        'Send the API key as `Authorization: Bearer`, as `X-Api-Key`, or as the password of HTTP Basic',
      );
    }
    await next();
  });
  app.use(
    '/v1/*',
    bodyLimit({
      maxSize: LARGEST_BODY_BYTES,
      onError: () => {
        throw new Problem('body_too_large', `A request has at most ${LARGEST_BODY_BYTES} bytes`);
      },
    }),
  );

  app.post('/v1/projects/:projectId/messages', async (c) => {
    const answer = await within(
      STEP_DEADLINE_MS,
      (async () => {
        const project = await projectOf(c.req.param('projectId'));
        return intake.take(project, await jsonObject(c.req.raw));
      })(),
    );
    return c.json(answer);
  });

  app.get('/v1/projects/:projectId/messages', async (c) => {
    const { projectId } = await projectOf(c.req.param('projectId'));
    const { campaignId, cursor, limit = '50' } = c.req.query();
    const count = Number(limit);
    if (!Number.isInteger(count) || count < 1 || count > 1000) {
      throw new Problem('invalid_query', 'Expected `limit` to be a whole number from 1 to 1000');
    }
    const page = await within(
      DEADLINE_MS,
      register.list({
        projectId,
        limit: count,
        ...(campaignId === undefined ? {} : { campaignId }),
        ...(cursor === undefined ? {} : { cursor }),
      }),
    );
    return c.json({
      messages: page.messages.map((request) => ({
        messageId: request.messageId,
        disposition: request.disposition,
        ...summaryOf(request),
      })),
      ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }),
    });
  });

  app.get('/v1/projects/:projectId/messages/:messageId', async (c) => {
    const request = await requestOf(c.req.param());
    const key = { projectId: request.projectId, messageId: request.messageId };
    const [recorded, workflow] = await within(
      DEADLINE_MS,
      Promise.all([
        deps.readEvents(key),
        request.input
          ? within(STATUS_DEADLINE_MS, messages.status(key)).catch(() => 'unreachable' as const)
          : Promise.resolve(undefined),
      ]),
    );
    return c.json(viewOf({ request, recorded, workflow }));
  });

  app.post('/v1/projects/:projectId/messages/:messageId/cancel', async (c) => {
    const request = await requestOf(c.req.param());
    const { messageId } = request;
    const result = await within(DEADLINE_MS, cancel(request));
    return c.json({
      messageId,
      cancellation: result === 'requested' ? 'requested' : 'too_late',
      explanation:
        result === 'requested'
          ? 'What was not sent yet is not sent; what Sinch has, Sinch is asked to cancel, and the delivery report decides.'
          : 'The message has ended already; cancelling it has no effect.',
    });
  });

  app.get('/v1/projects/:projectId/ledger', async (c) => {
    const { projectId } = await projectOf(c.req.param('projectId'));
    const { campaignId } = c.req.query();
    const ledger = await within(
      DEADLINE_MS,
      deps.readLedger({ projectId, ...(campaignId === undefined ? {} : { campaignId }) }),
    );
    return c.json(ledger);
  });

  app.notFound((c) => new Problem('unknown_route', `There is no ${c.req.method} ${c.req.path}`).toResponse());
  app.onError((error, c) => {
    if (error instanceof Problem) return error.toResponse();
    if (error instanceof CursorError) return new Problem('invalid_query', error.message).toResponse();
    // Not by its path: that holds ids only, but the error may quote what it was given.
    log.error({ method: c.req.method, route: c.req.routePath, error: reasonOf(error) }, 'A request failed');
    return new Problem('unavailable', 'The request could not be carried out; make the same request again').toResponse();
  });
  return app;

  async function projectOf(projectId: string): Promise<ProjectSettings> {
    const project = await within(DEADLINE_MS, settings.project(projectId));
    if (!project) throw new Problem('unknown_project', `There is no project ${projectId.slice(0, 32)}`);
    return project;
  }

  async function cancel({ projectId, messageId, input, startedAt }: RegisteredMessage<IntakeAnswer>) {
    if (!input) return 'closed';
    // Temporal forgets ended messages after its retention: one that was started must not be started again.
    return startedAt === undefined ? messages.cancelOrStartCancelled(input) : messages.cancel({ projectId, messageId });
  }

  async function requestOf(params: { projectId: string; messageId: string }): Promise<RegisteredMessage<IntakeAnswer>> {
    const { projectId } = await projectOf(params.projectId);
    const { messageId } = params;
    const found = isMessageId(messageId)
      ? await within(DEADLINE_MS, register.find({ projectId, messageId }))
      : undefined;
    if (!found) {
      throw new Problem('unknown_message', `Project ${projectId} has no message of this id; ids are case-sensitive`);
    }
    return found;
  }
}

async function jsonObject(request: Request): Promise<Record<string, unknown>> {
  let body: unknown;
  try {
    body = await request.json();
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('invalid_body', 'The body is not JSON; expected one JSON object, the request of one message');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Problem('invalid_body', 'Expected one JSON object, the request of one message');
  }
  return body as Record<string, unknown>;
}

/** What has begun goes on: a request that was registered after its answer is found by its repeat. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Problem('unavailable', `No answer within ${ms} ms; try again`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
