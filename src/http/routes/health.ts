import { z } from '@hono/zod-openapi';
import { reasonOf } from '../../contract/reason.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import type { OpenApiDocument } from '../open-api.ts';
import { heldPlans, refusalInWords } from '../plan-hold-view.ts';
import { within } from '../within.ts';

/** How long one part may take to say that it works, in milliseconds. */
const CHECK_DEADLINE_MS = 2_000;

const readiness = z
  .object({ status: z.enum(['ok', 'unavailable']) })
  .catchall(z.string())
  .openapi({
    description:
      'Of each part `ok`, or why it cannot work; `plans` is `ok`, or which integrations Sinch refuses, and does not make the process unavailable.',
  });

/** Whether the process lives and can work, and what it offers: for whoever asks. */
export function healthRoutes(
  { readiness: parts, planHolds, settings }: Pick<AppDeps, 'readiness' | 'planHolds' | 'settings'>,
  document: () => OpenApiDocument,
) {
  /** Which integrations are held, by their ids: service plans are nobody else's business. */
  async function plans(): Promise<string> {
    const held = await heldPlans(planHolds);
    if (held.size === 0) return 'ok';
    const integrations = await settings.integrations().catch(() => []);
    return [...held.values()]
      .map((hold) => {
        const own = integrations.filter(({ servicePlanId }) => servicePlanId === hold.servicePlanId);
        const names = own.map(({ id }) => id).join(', ') || 'an integration that is gone';
        return `${names} held since ${hold.since}: ${refusalInWords(hold)}`;
      })
      .join('; ');
  }

  return [
    apiRoute({
      access: 'public',
      method: 'get',
      path: '/healthz',
      id: 'readHealth',
      tag: 'Health',
      summary: 'Whether the process lives',
      answer: z.object({ status: z.literal('ok') }),
      handle: () => Promise.resolve({ status: 'ok' as const }),
    }),
    apiRoute({
      access: 'public',
      method: 'get',
      path: '/readyz',
      id: 'readReadiness',
      tag: 'Health',
      summary: 'Whether every part can work',
      answer: readiness,
      otherAnswers: { 503: { description: 'A part cannot work', schema: readiness } },
      async handle() {
        const plansAre = plans();
        const checks = await Promise.all(
          Object.entries(parts).map(async ([name, check]) => {
            try {
              await within(CHECK_DEADLINE_MS, check());
              return [name, 'ok'] as const;
            } catch (error) {
              return [name, reasonOf(error)] as const;
            }
          }),
        );
        const ready = checks.every(([, result]) => result === 'ok');
        const answer = { status: ready ? 'ok' : 'unavailable', ...Object.fromEntries(checks), plans: await plansAre };
        return Response.json(answer, { status: ready ? 200 : 503 });
      },
    }),
    apiRoute({
      access: 'public',
      method: 'get',
      path: '/openapi.json',
      id: 'readOpenApi',
      tag: 'Health',
      summary: 'This document',
      answer: z.object({ openapi: z.string() }).catchall(z.unknown()),
      handle: () => Promise.resolve({ ...document() }),
    }),
  ] satisfies ApiRoute[];
}
