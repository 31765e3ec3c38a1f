/**
 * Takes requests of messages: decides, registers, starts. What is registered is accepted: whatever happens
 * afterwards, the sweeper starts what is not started.
 */
import { createHash } from 'node:crypto';
import { isMessageId, type MessageKey, workflowIdOf } from '../contract/identity.ts';
import type { SendMessageInput } from '../contract/message.ts';
import { StoreError } from '../db/index.ts';
import {
  contentHashOf,
  type MessageRegister,
  type RegisteredMessage,
  type RegisterEntry,
  type Registration,
} from '../register/index.ts';
import { parseMessageRequest, type PreparedMessage, prepareMessage, type RequestError } from '../requests/index.ts';
import type { ProjectSettings, Settings } from '../settings/index.ts';
import { joinRepeats } from './join-repeats.ts';
import type { Starts } from './starts.ts';

/**
 * What the caller is answered about one recipient. `success: false` is the answer for a recipient that gets no message;
 * it is never a 4xx, on which the platform would stop the rest of its chunk.
 */
export type IntakeAnswer =
  | {
      success: true;
      messageId: string;
      status: 'waiting_to_send';
      workflowId: string;
      /** Where the recipient's number belongs to (ISO 3166-1 alpha-2), so that it is seen before it costs; absent where it does not tell. */
      country?: string;
    }
  | {
      success: false;
      messageId?: string;
      /** `refused`: nothing is registered, and the request may be made again once it is right. */
      status: 'skipped' | 'enqueue_failed' | 'refused';
      /** As above, of a number that is one. */
      country?: string;
      errors: RequestError[];
    };

export interface IntakeOptions {
  settings: Settings;
  register: Pick<MessageRegister<IntakeAnswer>, 'register' | 'registerMany' | 'find' | 'findMany' | 'isSame'>;
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
  /**
   * Takes messages that were requested together, each as `take` does: one that is wrong does not concern the others.
   * Does not wait for their starts. The same batch while it is under way is the same work, and gets its answer.
   * @param bodies the requests; one that is no JSON object is refused by itself
   * @returns one answer for each, in their order
   * @throws where a request could not be made durable: all of them may be made again, and those that were taken get the
   * same answer.
   */
  takeMany(project: ProjectSettings, bodies: readonly unknown[]): Promise<IntakeAnswer[]>;
}

/** A request as far as it can be decided without the register. */
type Decided =
  | { answer: IntakeAnswer; key?: undefined }
  | {
      key: MessageKey;
      contentHash: string;
      prepared: Extract<PreparedMessage, { kind: 'refused' }>;
    }
  | {
      key: MessageKey;
      contentHash: string;
      prepared: Exclude<PreparedMessage, { kind: 'refused' }>;
      entry: RegisterEntry<IntakeAnswer>;
    };

export function createIntake({ settings, register, starts, now = () => new Date() }: IntakeOptions): Intake {
  const join = joinRepeats<IntakeAnswer[]>();

  async function decide(project: ProjectSettings, body: Record<string, unknown>): Promise<Decided> {
    const parsed = parseMessageRequest(body);
    // What is no id may be a phone number, which no answer repeats.
    const givenId = typeof body.messageId === 'string' && isMessageId(body.messageId) ? body.messageId : undefined;
    if (!parsed.ok) return { answer: refused(givenId, parsed.errors) };
    const { request } = parsed;
    const key: MessageKey = { projectId: project.projectId, messageId: request.messageId };
    const requestedAt = now();
    const prepared = await prepareMessage(request, { settings, project, now: requestedAt });
    const contentHash = contentHashOf(request);
    if (prepared.kind === 'refused') return { key, contentHash, prepared };
    const known = { key, contentHash, answer: answerOf(key, prepared), requestedAt: requestedAt.toISOString() };
    return { key, contentHash, prepared, entry: entryOf(known, prepared) };
  }

  async function takeAll(project: ProjectSettings, bodies: readonly unknown[]): Promise<IntakeAnswer[]> {
    const decided = await Promise.all(
      bodies.map(async (body) => (isObject(body) ? decide(project, body) : { answer: notAnObject() })),
    );
    const entries = decided.flatMap((each) => ('entry' in each ? [each.entry] : []));
    const refusals = decided.filter(isRefusal);
    const [registrations, held] = await Promise.all([
      register.registerMany(entries),
      register.findMany(refusals.map(({ key }) => key)),
    ]);
    const resultOf = new Map(entries.map((entry, index) => [entry, registrations[index]]));
    const heldOf = new Map(held.map((message) => [message.messageId, message]));
    // First of all: where one of them throws below, the others are registered, and their repeat starts nothing.
    for (const each of decided) {
      if (!('entry' in each) || each.prepared.kind !== 'send') continue;
      const result = resultOf.get(each.entry);
      if (result?.status === 'fulfilled' && result.value.registered) starts.startLater(each.prepared.input);
    }
    return decided.map((each) => {
      if ('answer' in each) return each.answer;
      if (!('entry' in each)) return answerOfRefused(each, heldOf.get(each.key.messageId), register.isSame);
      const result = resultOf.get(each.entry);
      if (result?.status !== 'fulfilled') return answerOfFailure(each.key.messageId, result?.reason);
      return answerOfRegistration(each.entry, result.value);
    });
  }

  return {
    async take(project, body) {
      const decided = await decide(project, body);
      if ('answer' in decided) return decided.answer;
      if (!('entry' in decided)) return answerOfRefused(decided, await register.find(decided.key), register.isSame);
      const { entry, prepared } = decided;
      const registration = await register.register(entry);
      if (registration.registered && prepared.kind === 'send') await starts.start(prepared.input);
      return answerOfRegistration(entry, registration);
    },

    takeMany: (project, bodies) =>
      join(
        createHash('sha256')
          .update(JSON.stringify([project, bodies]))
          .digest('base64'),
        () => takeAll(project, bodies),
      ),
  };
}

type Refusal = Extract<Decided, { prepared: { kind: 'refused' } }>;

function isRefusal(decided: Decided): decided is Refusal {
  return 'prepared' in decided && decided.prepared.kind === 'refused';
}

/** The set-up may have changed since the request was first made, and was accepted. */
function answerOfRefused(
  { key, contentHash, prepared }: Refusal,
  held: RegisteredMessage<IntakeAnswer> | undefined,
  isSame: IntakeOptions['register']['isSame'],
): IntakeAnswer {
  if (held && isSame(contentHash, held.contentHash)) return held.answer;
  // An id with a number in it is not repeated.
  const isIdWrong = prepared.errors.some(({ field }) => field === 'messageId');
  return refused(isIdWrong ? undefined : key.messageId, prepared.errors);
}

function answerOfRegistration(
  { messageId, answer }: RegisterEntry<IntakeAnswer>,
  registration: Registration<IntakeAnswer>,
): IntakeAnswer {
  if (registration.registered) return answer;
  if (registration.same) return registration.answer;
  return refused(messageId, [
    {
      code: 'message_id_conflict',
      field: 'messageId',
      message: `Message ${messageId} was requested before with other content; a new message needs a new id`,
    },
  ]);
}

/** @throws what may succeed when it is tried again */
function answerOfFailure(messageId: string, error: unknown): IntakeAnswer {
  if (!(error instanceof StoreError && error.code === 'store_refused')) throw error;
  return refused(messageId, [
    { code: 'not_storable', message: 'The database does not take this request, and would not take it again' },
  ]);
}

function notAnObject(): IntakeAnswer {
  return refused(undefined, [
    { code: 'invalid_body', message: 'Expected one JSON object, the request of one message' },
  ]);
}

function isObject(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

function answerOf(key: MessageKey, prepared: Exclude<PreparedMessage, { kind: 'refused' }>): IntakeAnswer {
  const { messageId } = key;
  switch (prepared.kind) {
    case 'send':
      return {
        success: true,
        messageId,
        status: 'waiting_to_send',
        workflowId: workflowIdOf(key),
        ...countryOf(prepared.input),
      };
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
      return {
        success: false,
        messageId,
        status: 'enqueue_failed',
        ...countryOf(prepared.event),
        errors: prepared.errors,
      };
  }
}

function countryOf({ country }: Pick<SendMessageInput, 'country'>): { country?: string } {
  return country === undefined ? {} : { country };
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
