import type { Ledger, LedgerCounts, UnknownOutcomeCounts } from '../events/index.ts';
import { bar } from './bars.ts';
import { counted } from './counted.ts';

/** Characters of a bar that stands for all. */
const BAR_WIDTH = 30;

/** One line of the ledger: what is counted, how many, and of which total it is a part. */
interface LedgerLine {
  label: string;
  count: number;
  /** The total that it is a share of. */
  share?: { of: number; name: string };
}

/**
 * The ledger as lines of a table: requests and what became of them, with percentages of the line above.
 * @param options `bars` adds one to each line.
 */
export function ledgerTable(ledger: LedgerCounts, { bars = false }: { bars?: boolean } = {}): string[] {
  const { requested, enqueued } = ledger;
  const ofRequests = (label: string, count: number): LedgerLine => ({
    label: `  ${label}`,
    count,
    share: { of: requested, name: 'requested' },
  });
  const ofEnqueued = (label: string, count: number): LedgerLine => ({
    label: `    ${label}`,
    count,
    share: { of: enqueued, name: 'enqueued' },
  });
  const lines: LedgerLine[] = [
    { label: 'requested', count: requested },
    ofRequests('skipped', ledger.skipped),
    ofRequests('waiting to be sent', ledger.waitingToSend),
    ofRequests('enqueue_failed', ledger.enqueueFailed),
    ofRequests('enqueued', enqueued),
    ofEnqueued('waiting for a report', ledger.waitingForReport),
    ofEnqueued('delivered', ledger.delivered),
    ofEnqueued('rejected', ledger.rejected),
    ofEnqueued('failed', ledger.failed),
    ofEnqueued('timeout', ledger.timeout),
  ];
  const widest = Math.max(...lines.map(({ label }) => label.length));
  const digits = Math.max(...lines.map(({ count }) => String(count).length));
  return lines.map(({ label, count, share }) => {
    const shown = share && share.of > 0 ? `  ${percent(count, share.of).padStart(7)} of ${share.name}` : '';
    const line = `${label.padEnd(widest)}  ${String(count).padStart(digits)}${shown}`;
    if (!bars) return line;
    return `${line.padEnd(widest + digits + 24)}  ${bar(count, Math.max(requested, enqueued), BAR_WIDTH)}`.trimEnd();
  });
}

/** A share with one decimal, such as `12.5 %`. */
export function percent(count: number, of: number): string {
  return `${((100 * count) / of).toFixed(1)} %`;
}

/** What was decided about sends of unknown outcome, in sentences; none where there were none. */
export function explainUnknownOutcomes({ resent, held, heldStill }: UnknownOutcomeCounts): string[] {
  const were = (count: number): string => (count === 1 ? 'was' : 'were');
  return [
    ...(resent === 0
      ? []
      : [
          `${counted(resent, 'message')} got no clear answer and ${were(resent)} not to be seen at Sinch, and ${were(resent)} sent again, as is asked for ${resent === 1 ? 'it' : 'them'}.`,
        ]),
    ...(held === 0
      ? []
      : [
          `${counted(held, 'message')} got no clear answer and ${were(held)} not to be seen at Sinch, and ${were(held)} held, so that nobody gets ${held === 1 ? 'it' : 'them'} twice: ${held - heldStill} settled since, ${heldStill} still open.`,
        ]),
  ];
}

/** Whether the books are right, in a sentence; where not, which rule is broken by how many messages. */
export function explainBalance(ledger: Ledger): string {
  if (ledger.balanced)
    return 'The ledger balances: every request is counted once, and so is everything that Sinch took.';
  const { eventWithoutRequest, finalWithoutEnqueued, skippedWithEvent, refusedWithoutEvent } = ledger.faults;
  const broken = [
    [eventWithoutRequest, 'with an event but without a request'],
    [finalWithoutEnqueued, 'with a final event but never enqueued'],
    [skippedWithEvent, 'skipped and yet with an event'],
    [refusedWithoutEvent, 'refused without an event that says so'],
  ] as const;
  const named = broken.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `The ledger does NOT balance: ${named.length === 0 ? 'its sums do not agree' : named.join(', ')}.`;
}
