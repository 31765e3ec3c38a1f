import type { Ledger } from '../events/index.ts';
import type { IntegrationAnswer } from '../http/index.ts';
import type { ExporterView } from '../settings/index.ts';
import type { Readiness } from './api-client.ts';
import { integrationTable } from './integration-lines.ts';
import { explainBalance } from './ledger-table.ts';
import { listLines, plainText } from './table.ts';

/** What `status` shows: also its JSON. `forbidden`: the key's role does not allow it. */
export interface DeploymentStatus {
  projectId: string;
  /** `ok` of each part, or why it cannot work; `plans` names the integrations that Sinch refuses. */
  readiness: Readiness;
  ledger: Ledger;
  integrations: IntegrationAnswer[] | 'forbidden';
  /** `null` where nothing is exported. */
  exporter: ExporterView | null | 'forbidden';
}

/** The status as lines for a terminal. */
export function statusLines(status: DeploymentStatus, url: string): string[] {
  const { projectId, readiness, ledger, integrations } = status;
  const { status: all, plans = 'ok', ...parts } = readiness;
  const broken = Object.entries(parts).filter(([, state]) => state !== 'ok');
  const held = ledger.unknownOutcomes.heldStill;
  return [
    `Project ${projectId} at ${url}: ${all === 'ok' ? 'every part works' : 'a part cannot work'}`,
    '',
    ...listLines([
      ['Parts', broken.length === 0 ? Object.keys(parts).join(', ') : undefined],
      ...broken.map(([part, state]) => [`Part ${part}`, state] as const),
      ['Held', plans === 'ok' ? 'no plan' : plans],
      ['Waiting to be sent', counted(ledger.waitingToSend)],
      ['Waiting for a report', counted(ledger.waitingForReport)],
      ['Not known to Sinch', held === 0 ? undefined : `${counted(held)} held, see temporal-sinch ledger`],
      ['Exporter', exporterInWords(status)],
    ]).map((line) => `  ${line}`),
    '',
    ...(integrations === 'forbidden'
      ? ['Integrations are shown with a key of the role admin.']
      : integrations.length === 0
        ? ['There is no integration yet: temporal-sinch integrations add']
        : integrationTable(integrations)),
    '',
    plainText(explainBalance(ledger)),
  ];
}

function counted(messages: number): string {
  return messages === 1 ? '1 message' : `${messages.toLocaleString('en')} messages`;
}

function exporterInWords({ exporter }: DeploymentStatus): string {
  if (exporter === 'forbidden') return 'shown with a key of the role admin';
  if (exporter === null) return 'none: campaign events stay here';
  return exporter.enabled ? `events leave to ${exporter.baseUrl}` : `off: events for ${exporter.baseUrl} wait`;
}
