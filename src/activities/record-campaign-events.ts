import { Context } from '@temporalio/activity';
import type { MetricMeter } from '@temporalio/common';
import type { MessageActivities } from '../contract/activities.ts';
import type { CampaignEvent, MessageRecord } from '../contract/campaign-event.ts';
import { METRICS } from '../contract/metrics.ts';
import { createBreaker } from './breaker.ts';
import type { ActivityDependencies } from './dependencies.ts';

const METRIC = 'sinch_messages_ended_total';

/** Writes what is settled about a message. It may run twice for one record: the events' keys make that harmless. */
export function createRecordCampaignEvents({
  events,
  explainEnd,
}: ActivityDependencies): Pick<MessageActivities, 'recordCampaignEvents'> {
  const breaker = createBreaker();
  return {
    async recordCampaignEvents(unexplained) {
      // Here and not in the workflow: its code, and so its words, must stay as they are in histories.
      const record = explainEnd
        ? { ...unexplained, events: unexplained.events.map((event) => withComment(event, explainEnd)) }
        : unexplained;
      const { info, cancellationSignal, cancelled, metricMeter } = Context.current();
      // A store that hangs and ignores the signal counts as away too: the attempt's time-out cancels it. To the workflow
      // that is a failure and no cancellation, which would end it without its record.
      const inTime = cancelled.catch((): never => {
        throw new Error('The store of campaign events gave no answer in time');
      });
      const write = (): Promise<void> => Promise.race([events.record(record, cancellationSignal), inTime]);
      await (info.isLocal ? breaker.run(write) : write());
      countEnds(record, metricMeter);
    },
  };
}

/** What ended, by status; a message without any event was skipped. */
function countEnds({ events, skipped }: MessageRecord, meter: MetricMeter): void {
  const statuses = events.filter(({ status }) => status !== 'enqueued').map(({ status }) => status as string);
  if (skipped !== undefined) statuses.push('skipped');
  if (statuses.length === 0) return;
  const ended = meter.createCounter(METRIC, undefined, METRICS[METRIC].help);
  for (const status of statuses) ended.add(1, { status });
}

/** A report has no words: why the message did not arrive is said by its code alone. */
function withComment(event: CampaignEvent, explainEnd: (event: CampaignEvent) => string): CampaignEvent {
  if (event.comment !== undefined || event.phase !== 'final' || event.status === 'delivered') return event;
  return { ...event, comment: explainEnd(event) };
}
