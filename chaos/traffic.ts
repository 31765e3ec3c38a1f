import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosRequest } from './requests.ts';
import type { ChaosSystem } from './system.ts';

/** What came of the requests. */
export interface Traffic {
  /** Ids of messages whose request was answered with success. */
  taken: ReadonlySet<string>;
  /** Ids of messages whose request was refused for good: none ought to be. */
  refused: ReadonlySet<string>;
}

/**
 * How long a platform goes on with a request, in milliseconds, and its pause between two attempts: as long as a machine
 * takes that is slow and hit by faults besides.
 */
const GIVE_UP_AFTER_MS = 300_000;
const REPEAT_AFTER_MS = 400;

/** The pause before a request that was answered is made again all the same. */
const REPEAT_TAKEN_AFTER_MS = 1_500;

/** Makes every request at its time, and again as long as it is not answered. Resolves when all are. */
export async function makeRequests(
  system: Pick<ChaosSystem, 'request'>,
  requests: readonly ChaosRequest[],
  { onAnswer, signal }: { onAnswer: (answered: number) => void; signal: AbortSignal },
): Promise<Traffic> {
  const taken = new Set<string>();
  const refused = new Set<string>();
  const began = Date.now();
  const make = async (request: ChaosRequest): Promise<void> => {
    await delay(Math.max(0, began + request.at - Date.now()), undefined, { signal });
    const givesUpAt = Date.now() + GIVE_UP_AFTER_MS;
    while (Date.now() < givesUpAt) {
      const answer = await system.request(request);
      if (answer === 'taken') taken.add(request.messageId);
      if (answer === 'refused') refused.add(request.messageId);
      if (answer !== 'again') break;
      await delay(REPEAT_AFTER_MS, undefined, { signal });
    }
    onAnswer(taken.size + refused.size);
    if (!request.isRepeated) return;
    await delay(REPEAT_TAKEN_AFTER_MS, undefined, { signal });
    await system.request(request);
  };
  await Promise.all(requests.map(make));
  return { taken, refused };
}
