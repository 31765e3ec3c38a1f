import type { Command } from 'commander';
import type { LateReportListView, UnmatchedReportListView } from '../http/index.ts';
import type { CommandContext } from './context.ts';
import { addListCommand } from './list-command.ts';
import type { Column } from './text-table.ts';
import { utcTime } from './utc-time.ts';

type LateReport = LateReportListView['lateReports'][number];
type UnmatchedReport = UnmatchedReportListView['unmatchedReports'][number];

const LATE: readonly Column<LateReport>[] = [
  { title: 'received', cell: ({ receivedAt }) => utcTime(receivedAt) },
  { title: 'times', cell: timesOf, align: 'right' },
  { title: 'message', cell: ({ messageId }) => messageId },
  { title: 'status', cell: ({ status }) => status },
  { title: 'code', cell: ({ statusCode }) => String(statusCode ?? ''), align: 'right' },
  { title: 'why late', cell: ({ reason }) => (reason === 'after_end' ? 'the message had ended' : 'it contradicts') },
  { title: 'integration', cell: ({ integrationId }) => integrationId },
];

const REASONS: Readonly<Record<UnmatchedReport['reason'], string>> = {
  unknown_message: 'Temporal does not know the message',
  foreign_reference: 'not of this project',
  no_reference: 'without a reference',
  inbound: 'a message from a handset',
  unreadable: 'not readable',
};

const UNMATCHED: readonly Column<UnmatchedReport>[] = [
  { title: 'received', cell: ({ receivedAt }) => utcTime(receivedAt) },
  { title: 'times', cell: timesOf, align: 'right' },
  { title: 'integration', cell: ({ integrationId }) => integrationId },
  { title: 'why', cell: ({ reason, why }) => (why === undefined ? REASONS[reason] : `${REASONS[reason]}: ${why}`) },
  { title: 'reference', cell: ({ reference }) => reference ?? '' },
];

/** `late-reports`: what came after a message had its outcome. */
export function addLateReportsCommand(program: Command, context: CommandContext): void {
  addListCommand<LateReport>(program, context, {
    name: 'late-reports',
    summary: 'delivery reports that came too late to count',
    description:
      'Lists delivery reports that came after their message had ended, or that contradict what was recorded, the latest ' +
      'first. They change nothing.',
    path: '/late-reports',
    list: 'lateReports',
    columns: LATE,
    none: 'No report came too late.',
  });
}

/** `unmatched-reports`: what belongs to no message. */
export function addUnmatchedReportsCommand(program: Command, context: CommandContext): void {
  addListCommand<UnmatchedReport>(program, context, {
    name: 'unmatched-reports',
    summary: 'callbacks of Sinch that belong to no message, or could not be read',
    description:
      "Lists callbacks to the project's integrations that proved where they come from and reached no message, the latest " +
      'first. Their bodies are kept, encrypted, and not shown.',
    path: '/unmatched-reports',
    list: 'unmatchedReports',
    columns: UNMATCHED,
    none: 'Every callback found its message.',
  });
}

function timesOf({ timesReceived }: { timesReceived: number }): string {
  return String(timesReceived);
}
