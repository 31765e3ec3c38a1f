/**
 * Runs `work` and gives up on it after `ms`, whether or not it heeds its signal: whoever waits has a deadline of its own.
 * What has begun may go on.
 * @param late the error when the time is over; a DOMException `TimeoutError` where it is not given
 */
export async function withDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  late: () => Error = () => new DOMException(`No answer within ${Math.round(ms)} ms`, 'TimeoutError'),
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const reason = late();
      controller.abort(reason);
      reject(reason);
    }, ms);
  });
  try {
    return await Promise.race([work(controller.signal), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
