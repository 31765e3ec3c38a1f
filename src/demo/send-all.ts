import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, ApiError } from '../commands/index.ts';
import type { IntakeAnswer } from '../intake/index.ts';
import { inParallel } from './in-parallel.ts';
import { DEMO_CAMPAIGN, type DemoRecipient } from './recipient.ts';

/** Requests under way at once, as a scenario of the platform makes them. */
const AT_ONCE = 16;

/** How often a request is made again after 503, and how long is waited before, in milliseconds. */
const REPEATS = 20;
const REPEAT_AFTER_MS = 250;

/** How many requests were answered how. */
export type Answers = Record<'taken' | 'skipped' | 'enqueue_failed' | 'refused', number>;

/** Makes one request for each recipient, as a scenario step does: after 503 the same request again. */
export async function sendAll(
  api: ApiClient,
  recipients: readonly DemoRecipient[],
  options: { signal: AbortSignal; onAnswer: (answered: number) => void },
): Promise<Answers> {
  const answers: Answers = { taken: 0, skipped: 0, enqueue_failed: 0, refused: 0 };
  let answered = 0;
  await inParallel(AT_ONCE, recipients, async (recipient) => {
    options.signal.throwIfAborted();
    const answer = await post(api, { ...recipient, ...DEMO_CAMPAIGN }, options.signal);
    answers[answer.success ? 'taken' : answer.status] += 1;
    answered += 1;
    options.onAnswer(answered);
  });
  return answers;
}

async function post(api: ApiClient, body: unknown, signal: AbortSignal): Promise<IntakeAnswer> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await api.post<IntakeAnswer>('/messages', body);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 503) || attempt === REPEATS) throw error;
      await delay(REPEAT_AFTER_MS, undefined, { signal });
    }
  }
}
