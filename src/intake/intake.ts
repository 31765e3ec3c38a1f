/**
 * Takes the request of one message: decides, registers, starts. What is registered is accepted: whatever happens
 * afterwards, the sweeper starts what is not started.
 */
import { isMessageId, type MessageKey, workflowIdOf } from '../contract/identity.ts';
import type { SendMessageInput } from '../contract/message.ts';
import { contentHashOf, type MessageRegister, type RegisterEntry } from '../register/index.ts';
import { parseMessageRequest, type PreparedMessage, prepareMessage, type RequestError } from '../requests/index.ts';
import type { ProjectSettings, Settings } from '../settings/index.ts';
import type { Starts } from './starts.ts';

/**
 * What the caller is answered about one recipient. `success: false` is the answer for a recipient that gets no message;
 * it is never a 4xx, on which the platform would stop the rest of its chunk.
 */
export type IntakeAnswer =
  | { success: true; messageId: string; status: 'waiting_to_send'; workflowId: string }
  | {
      success: false;
      messageId?: string;
      /** `refused`: nothing is registered, and the request may be made again once it is right. */
      status: 'skipped' | 'enqueue_failed' | 'refused';
      errors: RequestError[];
    };

export interface IntakeOptions {
  settings: Settings;
  register: Pick<MessageRegister<IntakeAnswer>, 'register' | 'find'>;
  starts: Starts;
  /** @default the real clock */
  now?: () => Date;
}

/** The intake of scenario steps. */
export interface Intake {
  /**
   * Takes one message. A repeated request gets the same answer and sends nothing.
   * @param body the request's JSON object
   * @throws where the request could not be made durable: it may be made again.
   */
  take(project: ProjectSettings, body: Record<string, unknown>): Promise<IntakeAnswer>;
}

export function createIntake({ settings, register, starts, now = () => new Date() }: IntakeOptions): Intake {
  return {
    async take(project, body) {
      const parsed = parseMessageRequest(body);
      // What is no id may be a phone number, which no answer repeats.
      const givenId = typeof body.messageId === 'string' && isMessageId(body.messageId) ? body.messageId : undefined;
      if (!parsed.ok) return refused(givenId, parsed.errors);
      const { request } = parsed;
      const key: MessageKey = { projectId: project.projectId, messageId: request.messageId };
      const requestedAt = now();
      const prepared = await prepareMessage(request, { settings, project, now: requestedAt });
      const contentHash = contentHashOf(request);
      if (prepared.kind === 'refused') {
        // The set-up may have changed since the request was first made, and was accepted.
        const held = await register.find(key);
        return held?.contentHash === contentHash ? held.answer : refused(request.messageId, prepared.errors);
      }

      const answer = answerOf(key, prepared);
      const registration = await register.register(
        entryOf({ key, contentHash, answer, requestedAt: requestedAt.toISOString() }, prepared),
      );
      if (registration.registered) {
        if (prepared.kind === 'send') await starts.start(prepared.input);
        return answer;
      }
      if (registration.same) return registration.answer;
      return refused(request.messageId, [
        {
          code: 'message_id_conflict',
          field: 'messageId',
          message: `Message ${request.messageId} was requested before with other content; a new message needs a new id`,
        },
      ]);
    },
  };
}

function answerOf(key: MessageKey, prepared: Exclude<PreparedMessage, { kind: 'refused' }>): IntakeAnswer {
  const { messageId } = key;
  switch (prepared.kind) {
    case 'send':
      return { success: true, messageId, status: 'waiting_to_send', workflowId: workflowIdOf(key) };
    case 'skipped':
      return {
        success: false,
        messageId,
        status: 'skipped',
        errors: [
          {
            code: prepared.reason,
            field: 'recipient',
            message: 'The customer has no phone number, so there is nothing to send',
          },
        ],
      };
    case 'enqueue_failed':
      return { success: false, messageId, status: 'enqueue_failed', errors: prepared.errors };
  }
}

interface Registered {
  key: MessageKey;
  contentHash: string;
  answer: IntakeAnswer;
  requestedAt: string;
}

function entryOf(
  { key, ...known }: Registered,
  prepared: Exclude<PreparedMessage, { kind: 'refused' }>,
): RegisterEntry<IntakeAnswer> {
  switch (prepared.kind) {
    case 'send':
      return { ...key, ...known, ...detailsOf(prepared.input), disposition: 'send', input: prepared.input };
    case 'enqueue_failed':
      return { ...key, ...known, ...detailsOf(prepared.event), disposition: 'enqueue_failed', event: prepared.event };
    case 'skipped':
      return {
        ...key,
        ...known,
        ...(prepared.integrationId === undefined ? {} : { integrationId: prepared.integrationId }),
        ...(prepared.campaignId === undefined ? {} : { campaignId: prepared.campaignId }),
        reportsExpected: true,
        disposition: 'skipped',
        skipReason: prepared.reason,
      };
  }
}

function detailsOf({
  integrationId,
  recipient,
  country,
  reportsExpected,
  campaign,
}: Pick<SendMessageInput, 'integrationId' | 'recipient' | 'country' | 'reportsExpected' | 'campaign'>) {
  return {
    integrationId,
    recipient,
    reportsExpected,
    ...(country === undefined ? {} : { country }),
    ...(campaign.campaignId === undefined ? {} : { campaignId: campaign.campaignId }),
  };
}

function refused(messageId: string | undefined, errors: RequestError[]): IntakeAnswer {
  return { success: false, ...(messageId === undefined ? {} : { messageId }), status: 'refused', errors };
}
