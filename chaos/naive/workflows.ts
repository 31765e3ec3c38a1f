/** The workflow of the naive variant, as the SDK's samples would have it. */
import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  defineSignal,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import { meaningOfStatus } from '../../src/contract/delivery-report.ts';
import type { createActivities, NaiveMessage } from './activities.ts';

const { sendSms, saveStatus } = proxyActivities<ReturnType<typeof createActivities>>({
  startToCloseTimeout: '30 seconds',
});

const deliveryReportSignal = defineSignal<[string]>('deliveryReport');

export async function sendNaively(message: NaiveMessage): Promise<string> {
  let outcome: string | undefined;
  setHandler(deliveryReportSignal, (status) => {
    const meaning = meaningOfStatus(status);
    if (meaning !== 'intermediate') outcome = meaning === 'no_receipt' ? 'timeout' : meaning;
  });
  try {
    await sendSms(message);
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    const code = cause instanceof ApplicationFailure ? cause.type : undefined;
    await saveStatus(message.messageId, 'admission', 'enqueue_failed', code ?? undefined);
    return 'enqueue_failed';
  }
  await saveStatus(message.messageId, 'admission', 'enqueued');
  await condition(() => outcome !== undefined, '4 days');
  const status = outcome ?? 'timeout';
  await saveStatus(message.messageId, 'final', status);
  return status;
}
