import type { SimulatedMessage } from '../simulator/index.ts';
import { staysSilent } from './silent.ts';

/** A message without an end, by what the store has of it. */
export interface OpenMessage {
  messageId: string;
  workflowId: string;
  /** Whether the store has its `enqueued`. */
  isAccepted: boolean;
}

/**
 * What an open message waits for: `reports`, and our finding out what Sinch has, come by themselves within seconds;
 * `nothing` but the end of its days does. Of `unsent` ones only the workflow knows.
 */
export type ToCome = 'report' | 'finding_out' | 'unsent' | 'nothing';

/**
 * What is still to come for a message.
 * @param atSinch the batches that Sinch, which is the simulator, has of it **by now**: looked at after the store was, so
 * that none is missed that was taken between the two
 */
export function whatIsToCome(
  { isAccepted }: Pick<OpenMessage, 'isAccepted'>,
  atSinch: readonly Pick<SimulatedMessage, 'behaviour'>[],
): ToCome {
  if (atSinch.length === 0) return 'unsent';
  if (atSinch.some((message) => !staysSilent(message))) return 'report';
  return isAccepted ? 'nothing' : 'finding_out';
}
