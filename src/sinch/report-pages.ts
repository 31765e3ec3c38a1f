import { createHash } from 'node:crypto';
import type { SinchClient } from './client.ts';
import { PAGE_SIZE } from './listing.ts';
import { toReport } from './parse-callback.ts';
import type { PlanConnection } from './plan-connection.ts';
import { mixedReportPage, recipientReport, toListQuery } from './schemas.ts';
import { SinchRequestError } from './sinch-request-error.ts';

/** Reads the reports of a plan's finished messages page by page (Delivery reports, "List"), without a filter by reference. */
export function createReportPages(
  plan: PlanConnection,
  { deadlineMs, now }: { deadlineMs: number; now: () => number },
): SinchClient['finishedReports'] {
  return async ({ since, page }, signal) => {
    const attempt = `list page ${page} of the delivery reports since ${since}`;
    const { status, json } = await plan.query({
      method: 'GET',
      path: `/delivery_reports?${toListQuery({ since, page, pageSize: PAGE_SIZE })}`,
      deadlineMs,
      signal,
      attempt,
    });
    const parsed = mixedReportPage.safeParse(json);
    if (!parsed.success) {
      throw new SinchRequestError(`Sinch did not ${attempt}: its answer is no list. Try again`, { statusCode: status });
    }
    const { count, items } = parsed.data;
    const receivedAt = new Date(now()).toISOString();
    const reports = items.flatMap((item) => {
      const report = recipientReport.safeParse(item).data;
      if (report === undefined) return [];
      const { clientReference } = report;
      return [{ report: toReport(report, receivedAt), ...(clientReference === undefined ? {} : { clientReference }) }];
    });
    return {
      reports,
      unreadable: items.length - reports.length,
      ...(count === undefined ? {} : { count }),
      fingerprint: createHash('sha256').update(JSON.stringify(items)).digest('hex'),
    };
  };
}
