import type { ProbeOutcome } from '../contract/plan-hold.ts';
import type { Refusal } from '../contract/send-outcome.ts';
import type { Integration } from '../settings/index.ts';
import type { AccessCheck, SinchClient } from '../sinch/index.ts';
import { accessOf } from './plan-integrations.ts';

/**
 * Whether Sinch would take messages of the plan, as far as it tells without sending one. The list of batches shows
 * whether token, plan and address are right; what a 403 says of the account it may not, so that then a dry run is asked.
 *
 * @param integrations the plan's, enabled; where they have different tokens one that works is enough, since it can send
 * @param refusal the answer that showed the fault
 */
export async function probePlan(
  integrations: readonly Integration[],
  refusal: Refusal,
  sinch: (integration: Integration) => SinchClient,
): Promise<ProbeOutcome> {
  const outcomes = await Promise.all(
    distinct(integrations).map(async (integration) => probe(sinch(integration), integration, refusal)),
  );
  const best = outcomes.find(({ kind }) => kind === 'open') ?? outcomes.find(({ kind }) => kind === 'no_answer');
  return best ?? outcomes[0] ?? { kind: 'gone' };
}

function distinct(integrations: readonly Integration[]): Integration[] {
  return [...new Map(integrations.map((each) => [accessOf(each), each])).values()];
}

async function probe(client: SinchClient, integration: Integration, refusal: Refusal): Promise<ProbeOutcome> {
  const access = outcomeOf(await client.checkAccess());
  if (access.kind !== 'open' || refusal.statusCode !== 403) return access;
  const dryRun = await client.dryRun(integration.callbackUrl);
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
    case 'not_sinch':
      return {
        kind: 'fault',
        statusCode: access.statusCode,
        comment: 'The answer is none of Sinch: check the address',
      };
    case 'unreachable':
      return { kind: 'no_answer', error: 'not_connected', comment: `No answer came (${access.code})` };
    case 'answered': {
      const { kind: _, ...said } = access;
      const isTemporary = said.statusCode === 408 || said.statusCode === 429 || said.statusCode >= 500;
      return { kind: isTemporary ? 'no_answer' : 'fault', ...said };
    }
  }
}
