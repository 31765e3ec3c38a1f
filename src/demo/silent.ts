import { isFinalStatus } from '../contract/delivery-report.ts';
import { MAGIC_RECIPIENTS, type MagicRecipient, type SimulatedMessage } from '../simulator/index.ts';

const DEFINITIONS: ReadonlyMap<string, MagicRecipient> = new Map(
  MAGIC_RECIPIENTS.map((entry) => [entry.behaviour, entry]),
);

/** Whether no report that settles the message comes before the four days are over. */
export function staysSilent({ behaviour }: Pick<SimulatedMessage, 'behaviour'>): boolean {
  const reports = DEFINITIONS.get(behaviour)?.reports ?? [];
  return !reports.some(
    ({ status, after, callback }) => isFinalStatus(status) && after !== 'late' && callback !== 'never',
  );
}

/** Whether a report comes, but after the four days. */
export function reportsLate({ behaviour }: Pick<SimulatedMessage, 'behaviour'>): boolean {
  return (DEFINITIONS.get(behaviour)?.reports ?? []).some(({ after }) => after === 'late');
}
