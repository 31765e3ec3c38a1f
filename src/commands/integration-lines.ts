import { describeRefusal } from '../contract/send-outcome.ts';
import type { IntegrationAnswer } from '../http/index.ts';
import { counted } from './counted.ts';
import { listLines, tableLines } from './table.ts';
import { utcTime } from './utc-time.ts';

const PROOFS: Readonly<Record<IntegrationAnswer['callbackAuth']['type'], string>> = {
  hmac: "Sinch's signature",
  basic: 'user name and password',
  'url-secret': 'secret at the end of the address',
};

/** Integrations as a table; below it what is to be known of plans that several share. */
export function integrationTable(integrations: readonly IntegrationAnswer[]): string[] {
  const table = tableLines<IntegrationAnswer>(
    [
      { title: 'default', cell: ({ isDefault }) => (isDefault ? '*' : '') },
      { title: 'id', cell: ({ id }) => id },
      { title: 'name', cell: ({ name }) => name },
      { title: 'service plan', cell: ({ servicePlanId }) => servicePlanId },
      { title: 'region', cell: ({ region, baseUrl }) => (region === 'custom' ? new URL(baseUrl).host : region) },
      { title: 'messages/s', cell: ({ messagesPerSecond }) => String(messagesPerSecond), align: 'right' },
      { title: 'of the plan', cell: ({ planMessagesPerSecond }) => String(planMessagesPerSecond), align: 'right' },
      { title: 'state', cell: ({ state, held }) => (held ? `${state}, held` : state) },
    ],
    integrations,
  );
  const notes = integrations.flatMap(({ id, planNote, held }) => [
    ...(held ? [`${id}: ${heldInWords(held)}`] : []),
    ...(planNote === undefined ? [] : [`${id}: ${planNote}`]),
  ]);
  return notes.length === 0 ? table : [...table, '', ...notes];
}

/** Why nothing is sent through an integration, and what to do. */
function heldInWords({
  since,
  status_code: statusCode,
  error,
  comment,
}: NonNullable<IntegrationAnswer['held']>): string {
  const said = describeRefusal({ statusCode, error, comment }, 'no reason is known');
  return `Sinch refuses it since ${utcTime(since)} (${said}), so that nothing is sent through its plan. Messages wait. Check token, plan and address with temporal-sinch integrations test, and the account with Sinch; once it works, sending goes on by itself.`;
}

/** One integration, whole. */
export function integrationLines(integration: IntegrationAnswer): string[] {
  const { id, projectId, state, isDefault, region, baseUrl, callbackAuth, callbackUrl } = integration;
  const { formerServicePlanIds, messagesPerSecond, planMessagesPerSecond, mmsCountries } = integration;
  const secrets = callbackAuth.secrets === 1 ? '1 is valid' : `${callbackAuth.secrets} are valid`;
  const { toleranceMs } = callbackAuth;
  const age = toleranceMs === undefined ? '' : `, at most ${counted(toleranceMs / 3_600_000, 'hour')} old`;
  const list = listLines([
    ['Name', integration.name],
    ['Service plan', integration.servicePlanId],
    [
      'Former plans',
      formerServicePlanIds.length === 0
        ? undefined
        : `${formerServicePlanIds.join(', ')}: what waits in their queues is sent through ${integration.servicePlanId}`,
    ],
    ['Region', `${region}, ${baseUrl}`],
    ['Throughput', `${messagesPerSecond} messages a second; the queue of the plan ${planMessagesPerSecond}`],
    ['State', `${state}${isDefault ? ", the project's default SMS provider" : ''}`],
    ['Callbacks', `${PROOFS[callbackAuth.type]}, ${secrets}${age}`],
    ['Callback URL', callbackUrl ?? 'none: give the server PUBLIC_URL, or the integration --callback-url'],
    ['MMS to', mmsCountries.length === 0 ? 'no country' : mmsCountries.join(', ')],
    ['Originator', integration.hasDefaultOriginator ? 'Sinch has a default one' : 'each message needs a sender'],
    ['Added', utcTime(integration.createdAt)],
    ['Changed', utcTime(integration.updatedAt)],
    ['Archived', integration.archivedAt === undefined ? undefined : utcTime(integration.archivedAt)],
  ]);
  return [
    `Integration ${id} of project ${projectId}`,
    ...list.map((line) => `  ${line}`),
    ...(integration.held ? [heldInWords(integration.held)] : []),
    ...(integration.planNote === undefined ? [] : [integration.planNote]),
  ];
}
