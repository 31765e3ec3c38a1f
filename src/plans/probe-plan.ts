import type { ProbeOutcome } from '../contract/plan-hold.ts';
import { NOT_SINCH, type Refusal } from '../contract/send-outcome.ts';
import type { Integration } from '../settings/index.ts';
import type { AccessCheck, SinchClient } from '../sinch/index.ts';
import { accessOf } from './plan-integrations.ts';

/** What a probe found, by the access (`accessOf`) with which it was made. */
export type ProbesByAccess = ReadonlyMap<string, ProbeOutcome>;

/**
 * Whether Sinch would take messages of each integration, as far as it tells without sending one. The list of batches
 * shows whether token, plan and address are right; what the account may, or what somebody on the way thinks of a POST, it
 * may not, so that then a dry run is asked too.
 *
 * @param integrations the plan's, enabled; those that agree on token and address are asked once
 * @param refusal the answer that showed the fault
 */
export async function probeIntegrations(
  integrations: readonly Integration[],
  refusal: Refusal,
  sinch: (integration: Integration) => SinchClient,
): Promise<ProbesByAccess> {
  const distinct = new Map(integrations.map((each) => [accessOf(each), each]));
  return new Map(
    await Promise.all(
      [...distinct].map(
        async ([access, integration]) => [access, await probe(sinch(integration), integration, refusal)] as const,
      ),
    ),
  );
}

/**
 * Whether Sinch would take messages of the plan. Where its integrations have different tokens one that works is enough,
 * since it can send.
 */
export async function probePlan(
  ...[integrations, refusal, sinch]: Parameters<typeof probeIntegrations>
): Promise<ProbeOutcome> {
  const outcomes = [...(await probeIntegrations(integrations, refusal, sinch)).values()];
  const best = outcomes.find(({ kind }) => kind === 'open') ?? outcomes.find(({ kind }) => kind === 'no_answer');
  return best ?? outcomes[0] ?? { kind: 'gone' };
}

/** Where the list of batches has told all: a token that is taken, and a path that is there. */
const TOLD_BY_THE_LIST: ReadonlySet<number | undefined> = new Set([undefined, 401, 404]);

/** A host like Sinch need not have dry runs. */
const NO_DRY_RUNS: ReadonlySet<number | undefined> = new Set([404, 405, 501]);

async function probe(client: SinchClient, integration: Integration, refusal: Refusal): Promise<ProbeOutcome> {
  const access = outcomeOf(await client.checkAccess());
  if (access.kind !== 'open' || TOLD_BY_THE_LIST.has(refusal.statusCode)) return access;
  const dryRun = await client.dryRun(integration.callbackUrl);
  if (dryRun.kind !== 'accepted' && NO_DRY_RUNS.has(dryRun.statusCode)) return access;
  switch (dryRun.kind) {
    case 'integration_fault':
      return { ...dryRun, kind: 'fault' };
    case 'not_accepted':
    case 'unknown':
      return { ...dryRun, kind: 'no_answer' };
    case 'accepted':
    // What it refuses is our made-up message and not the account.
    case 'refused':
      return { kind: 'open' };
  }
}

function outcomeOf(access: AccessCheck): ProbeOutcome {
  switch (access.kind) {
    case 'admitted':
      return { kind: 'open' };
    case 'not_sinch': {
      const { statusCode, comment } = access;
      return { kind: 'fault', statusCode, error: NOT_SINCH, comment };
    }
    case 'unreachable':
      return { kind: 'no_answer', error: 'not_connected', comment: `No answer came (${access.code})` };
    case 'answered': {
      const { kind: _, ...said } = access;
      const isTemporary = said.statusCode === 408 || said.statusCode === 429 || said.statusCode >= 500;
      return { kind: isTemporary ? 'no_answer' : 'fault', ...said };
    }
  }
}
