import type { ApiClient } from '../commands/index.ts';
import type { IntakeAnswer } from '../intake/index.ts';
import { askAgain } from './ask-again.ts';
import { inParallel } from './in-parallel.ts';
import { DEMO_CAMPAIGN, type DemoRecipient } from './recipient.ts';

/** Requests under way at once, as a scenario of the platform makes them. */
const AT_ONCE = 16;

/** How many requests were answered how. */
export type Answers = Record<'taken' | 'skipped' | 'enqueue_failed' | 'refused', number>;

/** Makes one request for each recipient, as a scenario step does. */
export async function sendAll(
  api: ApiClient,
  recipients: readonly DemoRecipient[],
  options: { signal: AbortSignal; onAnswer: (answered: number) => void },
): Promise<Answers> {
  const answers: Answers = { taken: 0, skipped: 0, enqueue_failed: 0, refused: 0 };
  let answered = 0;
  await inParallel(AT_ONCE, recipients, async (recipient) => {
    const body = { ...recipient, ...DEMO_CAMPAIGN };
    const answer = await askAgain(options.signal, () => api.post<IntakeAnswer>('/messages', body));
    answers[answer.success ? 'taken' : answer.status] += 1;
    answered += 1;
    options.onAnswer(answered);
  });
  return answers;
}
