/** An event that the tracking API has taken, by its id. */
export interface TrackedEvent {
  /** The property `event_id`; where an event has none, its command's id or a number. */
  eventId: string;
  /** How often it was taken: more than once is a doubled event. */
  times: number;
  projectToken: string;
  /** As they came the first time. */
  eventType: string;
  customerIds: Readonly<Record<string, unknown>>;
  timestamp?: number;
  properties: Readonly<Record<string, unknown>>;
}

/** How many of everything there are. */
export interface TrackingCounts {
  /** Requests with events, whatever came of them. */
  requests: number;
  /** Different events that were taken. */
  events: number;
  /** Events that were taken more than once. */
  doubled: number;
  /** Events that were taken, repeats included. */
  taken: number;
  /** Commands that were answered with `success: false`. */
  refused: number;
  /** Most commands that came in one request. */
  largestBatch: number;
}

/** What was taken. */
export interface TrackingStore {
  take(event: Omit<TrackedEvent, 'times' | 'eventId'> & { eventId: string | undefined }): void;
  noteRequest(commands: number): void;
  noteRefused(): void;
  events(): readonly TrackedEvent[];
  taken(eventId: string): number;
  counts(): TrackingCounts;
}

/** Makes an empty store. */
export function createTrackingStore(): TrackingStore {
  const events = new Map<string, TrackedEvent>();
  let requests = 0;
  let taken = 0;
  let refused = 0;
  let doubled = 0;
  let largestBatch = 0;
  return {
    take({ eventId, ...event }) {
      taken += 1;
      const id = eventId ?? `without-id-${taken}`;
      const known = events.get(id);
      if (known === undefined) events.set(id, { eventId: id, times: 1, ...event });
      else {
        known.times += 1;
        if (known.times === 2) doubled += 1;
      }
    },
    noteRequest(commands) {
      requests += 1;
      largestBatch = Math.max(largestBatch, commands);
    },
    noteRefused() {
      refused += 1;
    },
    events: () => [...events.values()],
    taken: (eventId) => events.get(eventId)?.times ?? 0,
    counts: () => ({ requests, events: events.size, doubled, taken, refused, largestBatch }),
  };
}
