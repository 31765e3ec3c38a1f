import type { Client } from '@temporalio/client';
import { isGrpcServiceError } from '@temporalio/client';

/** What became of a signal: taken, or the workflow has ended, or there is none. */
export type SignalResult = 'signalled' | 'closed' | 'unknown';

/** `NOT_FOUND` of gRPC. */
const NOT_FOUND = 5;

/** The server's words for a workflow that has ended (service/history, `ErrWorkflowCompleted`). */
const COMPLETED = /^workflow execution already completed/i;

/** The server's words where it has no workflow of the id; a missing namespace is `NOT_FOUND` too, in other words. */
const NO_WORKFLOW = /^workflow (execution )?not found/i;

/**
 * Signals a workflow with a request id of ours, so that the server drops the same signal sent again while the workflow
 * runs; the SDK's own handle draws a new id for every call. Client interceptors are not run; payload codecs are.
 */
export async function signalOnce(
  client: Client,
  { workflowId, signalName, requestId }: { workflowId: string; signalName: string; requestId: string },
  ...args: unknown[]
): Promise<SignalResult> {
  const { payloadConverter, payloadCodecs } = client.options.loadedDataConverter;
  const { namespace } = client.options;
  // A user's converter or codec may go by the workflow that it works for; the worker decodes with the same context.
  const context = { type: 'workflow', namespace, workflowId } as const;
  let payloads = args.map((arg) => payloadConverter.toPayload(arg, context));
  for (const codec of payloadCodecs) payloads = await codec.encode(payloads, context);
  try {
    await client.workflowService.signalWorkflowExecution({
      namespace,
      workflowExecution: { workflowId },
      signalName,
      requestId,
      identity: client.options.identity,
      input: { payloads },
    });
    return 'signalled';
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== NOT_FOUND) throw error;
    const words = error.details || error.message;
    if (COMPLETED.test(words)) return 'closed';
    if (NO_WORKFLOW.test(words)) return 'unknown';
    throw error;
  }
}
