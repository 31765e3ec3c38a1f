import { Context } from '@temporalio/activity';
import type { MessageActivities } from '../contract/activities.ts';
import { createBreaker } from './breaker.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Writes what is settled about a message. It may run twice for one record: the events' keys make that harmless. */
export function createRecordCampaignEvents({
  events,
}: ActivityDependencies): Pick<MessageActivities, 'recordCampaignEvents'> {
  const breaker = createBreaker();
  return {
    async recordCampaignEvents(record) {
      const { info, cancellationSignal } = Context.current();
      const write = (): Promise<void> => events.record(record, cancellationSignal);
      await (info.isLocal ? breaker.run(write) : write());
    },
  };
}
