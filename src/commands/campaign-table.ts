import type { CampaignListView, CampaignView } from '../http/index.ts';
import { sparkline } from './bars.ts';
import { ledgerTable, percent } from './ledger-table.ts';
import { type Column, csvLines, printable, textTable } from './text-table.ts';

/** Slots of a line over time. */
const LINE_WIDTH = 60;

const WIDTH_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

type Part = Pick<CampaignView, 'counts' | 'delivery_rates'>;
type Slot = CampaignView['overTime']['slots'][number];

/** Which rows a campaign's CSV has: its countries and senders, its codes, or its events over time. */
export const CSV_TABLES = ['parts', 'codes', 'times'] as const;

/** The evaluation of a campaign as lines for a terminal. Times are UTC. */
export function campaignLines(view: CampaignView): string[] {
  const { counts } = view;
  const name = view.campaignName === undefined ? '' : ` (${view.campaignName})`;
  const title = `Campaign ${view.campaignId}${name} of project ${view.projectId}`;
  const span =
    view.firstEventAt === undefined || view.lastEventAt === undefined
      ? 'no events yet'
      : `events from ${clock(view.firstEventAt)} to ${clock(view.lastEventAt)} UTC`;
  return [
    printable(`${title}, ${span}`),
    '',
    ...ledgerTable(
      {
        ...counts,
        waitingToSend: counts.waiting_to_send,
        enqueueFailed: counts.enqueue_failed,
        waitingForReport: counts.waiting_for_report,
      },
      { bars: true },
    ).map((line) => `  ${line}`),
    '',
    'Delivery rate',
    `  ${rateSentence(view.delivery_rates.of_sent)} messages that Sinch took (as the engagement platform counts it)`,
    `  ${rateSentence(view.delivery_rates.of_able_to_report)} messages that can report (country sends reports, or one came)`,
    '',
    `Parts billed: ${view.number_of_message_parts}${estimated(view.number_of_message_parts_estimated)}`,
    ...timesLines(view),
    ...section(
      'By country',
      partsTable('country', view.countries, ({ country, name }) =>
        country === null ? 'unknown' : `${name} (${country})`,
      ),
    ),
    ...section(
      'By sender',
      partsTable('sender', view.senders, ({ sender }) => sender ?? 'none given'),
    ),
    ...(view.moreSenders ? ['  … and more senders'] : []),
    ...section('By code', view.codes.length === 0 ? [] : textTable(CODE_COLUMNS, view.codes)),
    ...(view.moreCodes ? ['  … and more codes'] : []),
    ...section(`Over time, by ${view.overTime.width}`, overTimeLines(view.overTime)),
  ];
}

/** Campaigns as lines for a terminal. Times are UTC. */
export function campaignListLines({ campaigns }: CampaignListView): string[] {
  return textTable<CampaignListView['campaigns'][number]>(
    [
      { title: 'campaign', cell: ({ campaignId }) => campaignId },
      { title: 'name', cell: ({ campaignName }) => campaignName ?? '' },
      { title: 'began', cell: ({ startedAt }) => clock(startedAt) },
      ...COUNT_COLUMNS,
    ],
    campaigns,
  );
}

/** The evaluation as comma-separated values. */
export function campaignCsv(view: CampaignView, table: (typeof CSV_TABLES)[number]): string[] {
  switch (table) {
    case 'codes':
      return csvLines<CampaignView['codes'][number]>(
        {
          status: ({ status }) => status,
          kind: ({ kind }) => kind,
          status_code: ({ status_code: code }) => code,
          error: ({ error }) => error,
          messages: ({ messages }) => messages,
          explanation: ({ explanation }) => explanation,
        },
        view.codes,
      );
    case 'times':
      return csvLines<Slot>(
        {
          starts_at: ({ startsAt }) => startsAt,
          enqueued: ({ enqueued }) => enqueued,
          enqueue_failed: ({ enqueue_failed: failed }) => failed,
          delivered: ({ delivered }) => delivered,
          rejected: ({ rejected }) => rejected,
          failed: ({ failed }) => failed,
          timeout: ({ timeout }) => timeout,
        },
        view.overTime.slots,
      );
    default: {
      type Row = {
        dimension: string;
        value: string | null;
        part: Omit<CampaignView, 'countries'> | CampaignView['countries'][number] | CampaignView['senders'][number];
      };
      const rows: Row[] = [
        { dimension: 'campaign', value: view.campaignId, part: view },
        ...view.countries.map((part) => ({ dimension: 'country', value: part.country, part })),
        ...view.senders.map((part) => ({ dimension: 'sender', value: part.sender, part })),
      ];
      return csvLines<Row>(
        {
          dimension: ({ dimension }) => dimension,
          value: ({ value }) => value,
          ...Object.fromEntries(
            Object.keys(view.counts).map((name) => [
              name,
              ({ part }: Row) => part.counts[name as keyof CampaignView['counts']],
            ]),
          ),
          able_to_report: ({ part }) => part.delivery_rates.of_able_to_report.of,
          delivery_rate_of_sent: ({ part }) => part.delivery_rates.of_sent.rate,
          delivery_rate_of_able_to_report: ({ part }) => part.delivery_rates.of_able_to_report.rate,
          number_of_message_parts: ({ part }) => part.number_of_message_parts,
          number_of_message_parts_estimated: ({ part }) => part.number_of_message_parts_estimated,
        },
        rows,
      );
    }
  }
}

const right = <Row>(title: string, cell: (row: Row) => string): Column<Row> => ({ title, align: 'right', cell });

const COUNT_COLUMNS: readonly Column<Part>[] = [
  right('requested', ({ counts }) => String(counts.requested)),
  right('enqueued', ({ counts }) => String(counts.enqueued)),
  right('delivered', ({ counts }) => String(counts.delivered)),
  right('of sent', ({ delivery_rates: rates }) => shareOf(rates.of_sent)),
  right('of able to report', ({ delivery_rates: rates }) => shareOf(rates.of_able_to_report)),
  right('waiting', ({ counts }) => String(counts.waiting_to_send + counts.waiting_for_report)),
];

const PART_COLUMNS: readonly Column<Part>[] = [
  ...COUNT_COLUMNS,
  right('rejected', ({ counts }) => String(counts.rejected)),
  right('failed', ({ counts }) => String(counts.failed)),
  right('timeout', ({ counts }) => String(counts.timeout)),
];

const CODE_COLUMNS: readonly Column<CampaignView['codes'][number]>[] = [
  { title: 'status', cell: ({ status }) => status },
  { title: 'kind', cell: ({ kind }) => kind },
  right('code', ({ status_code: code }) => (code === undefined ? '' : String(code))),
  { title: 'error', cell: ({ error }) => error ?? '' },
  right('messages', ({ messages }) => String(messages)),
  { title: 'means', cell: ({ explanation }) => explanation ?? '' },
];

function partsTable<Row extends Part>(title: string, parts: readonly Row[], nameOf: (part: Row) => string): string[] {
  if (parts.length === 0) return [];
  return textTable<Row>([{ title, cell: nameOf }, ...PART_COLUMNS], parts);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function timesLines({ deliveryTimes: times }: CampaignView): string[] {
  if (times === undefined) return [];
  const each = [
    `half within ${duration(times.p50Ms)}`,
    `90 % within ${duration(times.p90Ms)}`,
    `95 % within ${duration(times.p95Ms)}`,
    `99 % within ${duration(times.p99Ms)}`,
  ];
  return [`Delivered after being enqueued: ${each.join(', ')} (± ${(times.resolution * 100).toFixed(1)} %)`];
}

function overTimeLines({ width, slots }: CampaignView['overTime']): string[] {
  const [first, last] = [slots[0], slots.at(-1)];
  if (first === undefined || last === undefined) return [];
  const start = Date.parse(first.startsAt);
  const total = (Date.parse(last.startsAt) - start) / WIDTH_MS[width] + 1;
  const line = (label: string, countOf: (slot: Slot) => number): string => {
    const values = Array.from({ length: Math.min(total, LINE_WIDTH) }, () => 0);
    for (const slot of slots) {
      const place = (Date.parse(slot.startsAt) - start) / WIDTH_MS[width];
      const index = Math.floor((place / total) * values.length);
      values[index] = (values[index] ?? 0) + countOf(slot);
    }
    return `${label.padEnd(10)}  |${sparkline(values)}|`;
  };
  return [
    line('enqueued', ({ enqueued }) => enqueued),
    line('delivered', ({ delivered }) => delivered),
    line(
      'other ends',
      ({ enqueue_failed: refused, rejected, failed, timeout }) => refused + rejected + failed + timeout,
    ),
    `from ${clock(first.startsAt)} to ${clock(last.startsAt)} UTC`,
  ];
}

function rateSentence({ delivered, of, rate }: Part['delivery_rates']['of_sent']): string {
  return `${(rate === null ? 'none' : percent(delivered, of)).padStart(7)}  ${delivered} of ${of}`;
}

function shareOf({ delivered, of }: Part['delivery_rates']['of_sent']): string {
  return of === 0 ? '-' : percent(delivered, of);
}

function estimated(parts: number): string {
  return parts === 0 ? '' : `, ${parts} of them by our own count`;
}

function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 7_200_000) return `${(ms / 60_000).toFixed(1)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

/** `2026-11-24 14:02:07` */
function clock(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)}`;
}
