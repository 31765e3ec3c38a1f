import proto from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';

type History = temporal.api.history.v1.IHistory;
const { EventType } = proto.temporal.api.enums.v1;

/** Event types that cost nothing by themselves. */
const FREE: ReadonlySet<number> = new Set([
  EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
  EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
  EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
  EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED,
  EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
  EventType.EVENT_TYPE_TIMER_FIRED,
  EventType.EVENT_TYPE_TIMER_CANCELED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
]);

/** What a workflow cost, by Temporal Cloud's rules for billable actions. Queries are not in a history. */
export interface HistoryCost {
  events: number;
  actions: number;
}

/**
 * Counts a history: a start, a signal, a timer, each attempt of an activity and an upsert of search attributes are an
 * action each; all local activities of one workflow task together are one.
 * @throws Error for a type of event whose price is not known here.
 */
export function costOf({ events }: History): HistoryCost {
  const all = events ?? [];
  const tasksWithLocalActivities = new Set<string>();
  let actions = 0;
  for (const event of all) {
    switch (event.eventType) {
      case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
      case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
      case EventType.EVENT_TYPE_TIMER_STARTED:
      case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
      case EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
        actions += 1;
        break;
      case EventType.EVENT_TYPE_MARKER_RECORDED:
        tasksWithLocalActivities.add(String(event.markerRecordedEventAttributes?.workflowTaskCompletedEventId));
        break;
      default:
        if (!FREE.has(event.eventType ?? 0)) throw new Error(`What does event type ${event.eventType} cost?`);
    }
    actions += Math.max(0, (event.activityTaskStartedEventAttributes?.attempt ?? 1) - 1);
  }
  return { events: all.length, actions: actions + tasksWithLocalActivities.size };
}
