import { ApplicationFailure, defineQuery, log, proxyActivities, setHandler } from '@temporalio/workflow';

const { quote } = proxyActivities<{ quote(number: string): Promise<void> }>({
  startToCloseTimeout: '5s',
  retry: { maximumAttempts: 1 },
});

/** Somebody's own workflow, whose activity fails with what it was given in the message, as does the workflow itself. */
export async function quoting(number: string): Promise<void> {
  setHandler(defineQuery<string>('number'), () => number);
  try {
    await quote(number);
  } catch {
    log.debug('it failed, as it should');
    throw ApplicationFailure.nonRetryable(`No luck with ${number}`, 'NoLuck', { number });
  }
}
