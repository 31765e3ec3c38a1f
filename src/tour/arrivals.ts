import { createHttpCaller } from './http-caller.ts';

interface MessagePage {
  count: number;
  messages: { servicePlanId: string; clientReference?: string; acceptedAt: string }[];
}

const PAGE_SIZE = 1000;

/** When the simulator accepted messages of a project whose id begins so, in milliseconds, oldest first. */
export async function arrivals(simulatorUrl: string, projectId: string, prefix: string): Promise<number[]> {
  const simulator = createHttpCaller(simulatorUrl);
  const times: number[] = [];
  for (let page = 0; ; page += 1) {
    const { count, messages } = await simulator.ok<MessagePage>(
      'GET',
      `/_simulator/messages?page=${page}&page_size=${PAGE_SIZE}`,
    );
    for (const { clientReference = '', acceptedAt } of messages) {
      if (clientReference.startsWith(`sinch/${projectId}/${prefix}`)) times.push(Date.parse(acceptedAt));
    }
    if ((page + 1) * PAGE_SIZE >= count) return times.sort((a, b) => a - b);
  }
}

/** A plan that was idle may let more through in its first second, in milliseconds. */
const FIRST_MOMENT_MS = 1000;

/** Messages a second from the first to the last, without the plan's first second. */
export function throughputOf(times: readonly number[]): number {
  const began = (times[0] ?? 0) + FIRST_MOMENT_MS;
  const steady = times.filter((time) => time >= began);
  const span = (steady.at(-1) ?? 0) - (steady[0] ?? 0);
  return span === 0 ? 0 : ((steady.length - 1) * 1000) / span;
}

/**
 * How long after `changedAt` messages arrive at 80 % of the new throughput or more, over ten of them, in seconds.
 * `undefined` where they never do.
 */
export function secondsUntil(
  times: readonly number[],
  changedAt: number,
  messagesPerSecond: number,
): number | undefined {
  const longest = 10_000 / (0.8 * messagesPerSecond);
  const after = times.filter((time) => time >= changedAt);
  const index = after.findIndex((time, at) => {
    const tenth = after[at + 10];
    return tenth !== undefined && tenth - time <= longest;
  });
  const time = after[index];
  return time === undefined ? undefined : (time - changedAt) / 1000;
}
