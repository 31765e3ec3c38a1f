/**
 * What a caller's process needs of Temporal: starting a message, handing it a report, cancelling it, asking where it
 * stands.
 */
import { createHash } from 'node:crypto';
import {
  type Client,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionStatusName,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
import { countryName } from '../contract/country-name.ts';
import type { DeliveryReport } from '../contract/delivery-report.ts';
import { isMessageId, isProjectId, type MessageKey, workflowIdOf } from '../contract/identity.ts';
import {
  BROKEN_OFF,
  type BrokenOff,
  type MessageOutcome,
  type MessageStatus,
  WAITING_PHASES,
} from '../contract/message-outcome.ts';
import type { SendMessageInput } from '../contract/message.ts';
import { idWithNumber } from '../contract/msisdn.ts';
import {
  CANCEL_MESSAGE_SIGNAL,
  DEFAULT_TASK_QUEUE,
  DELIVERY_REPORT_SIGNAL,
  MESSAGE_STATUS_QUERY,
  OPEN_STATUS,
  SEARCH_ATTRIBUTE,
  SEND_MESSAGE_WORKFLOW,
} from '../contract/names.ts';
import { signalOnce, type SignalResult } from './signal-once.ts';

/** Options of {@link createMessageClient}. */
export interface MessageClientOptions {
  /** A Temporal client for the namespace of the workers that carry the plugin, with the same data converter. */
  client: Client;
  /** The task queue of those workers. @default DEFAULT_TASK_QUEUE, `sinch-messages` */
  taskQueue?: string;
  /**
   * Whether messages carry search attributes. `false` only where the namespace has none of them registered: the server
   * refuses to start a workflow with an attribute that it does not know.
   * @default true
   */
  searchAttributes?: boolean;
  /** Deadline of every call, in milliseconds. @default 5,000 */
  deadlineMs?: number;
  /**
   * Whether `start` refuses a message whose id or campaign id has the recipient's number in it, which logs and lists would
   * show. `false` only where what was accepted is started later, as by the intake, which refuses such ids by itself.
   * @default true
   */
  refuseNumbersInIds?: boolean;
  /**
   * Starts messages together with their first task where a worker of this process can take it, which saves a round
   * trip. Needs a client on that worker's own connection.
   * @default false
   */
  eagerStart?: boolean;
}

/** What a start came to: the message runs, or had ended before. A repeated start is no error and sends nothing. */
export type StartResult = 'running' | 'closed';

/** What a cancellation came to: asked for, or too late, or there is no such message. */
export type CancelResult = 'requested' | 'closed' | 'unknown';

/** The messages of a namespace. */
export interface MessageClient {
  /**
   * Starts the message's workflow, once: a running or ended message of the same id stays as it is.
   * @throws TypeError where `message` cannot be a message; ServiceError where Temporal cannot be reached or refuses.
   */
  start(message: SendMessageInput): Promise<StartResult>;
  /**
   * Hands a report to a message, de-duplicated by the server through `requestId` while the message runs.
   * @throws ServiceError for every failure but a message that has ended or does not exist.
   */
  signalReport(
    workflowId: string,
    report: DeliveryReport,
    requestId: string,
    signal?: AbortSignal,
  ): Promise<SignalResult>;
  /** Asks a message to be cancelled where it is not too late; the message decides. */
  cancel(key: MessageKey): Promise<CancelResult>;
  /**
   * The same for a message that may not have been started: it is started as a cancelled one, so that no start that is
   * under way elsewhere can win against the cancellation.
   */
  cancelOrStartCancelled(message: SendMessageInput): Promise<CancelResult>;
  /**
   * Where a message stands, ended ones too, while Temporal keeps them; needs a running worker. Of one whose workflow was
   * terminated or failed it is where it stood, with `brokenOff`.
   */
  status(key: MessageKey): Promise<MessageStatus | undefined>;
  /** Waits for the message's end. */
  outcome(key: MessageKey): Promise<MessageOutcome>;
}

const DEFAULT_DEADLINE_MS = 5_000;

const attributeKeys = {
  projectId: defineSearchAttributeKey(SEARCH_ATTRIBUTE.projectId, SearchAttributeType.KEYWORD),
  campaignId: defineSearchAttributeKey(SEARCH_ATTRIBUTE.campaignId, SearchAttributeType.KEYWORD),
  integrationId: defineSearchAttributeKey(SEARCH_ATTRIBUTE.integrationId, SearchAttributeType.KEYWORD),
  country: defineSearchAttributeKey(SEARCH_ATTRIBUTE.country, SearchAttributeType.KEYWORD),
  status: defineSearchAttributeKey(SEARCH_ATTRIBUTE.status, SearchAttributeType.KEYWORD),
};

/** Makes the client of messages over a Temporal client, which stays the caller's. */
export function createMessageClient(options: MessageClientOptions): MessageClient {
  const {
    client,
    taskQueue = DEFAULT_TASK_QUEUE,
    searchAttributes = true,
    deadlineMs = DEFAULT_DEADLINE_MS,
    refuseNumbersInIds = true,
    eagerStart = false,
  } = options;

  function withDeadline<T>(task: () => Promise<T>): Promise<T> {
    return client.withDeadline(Date.now() + deadlineMs, task);
  }

  function startOptions(message: SendMessageInput) {
    assertStartable(message);
    const input = searchAttributes ? message : { ...message, statusAttribute: false };
    return {
      workflowId: workflowIdOf(message),
      taskQueue,
      args: [input] as [SendMessageInput],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      // At the workflow, and inherited by its sends: set on the send alone, a password would still wait behind the
      // workflow tasks of other messages.
      priority: { priorityKey: message.priority, fairnessKey: fairnessKeyOf(message) },
      staticSummary: summaryOf(message),
      ...(searchAttributes ? { typedSearchAttributes: attributesOf(message) } : {}),
    } satisfies WorkflowStartOptions<(input: SendMessageInput) => Promise<MessageOutcome>>;
  }

  return {
    async start(message) {
      if (refuseNumbersInIds) assertIdsWithoutNumber(message);
      const start = startOptions(message);
      try {
        await withDeadline(() =>
          client.workflow.start(SEND_MESSAGE_WORKFLOW, {
            ...start,
            ...(eagerStart ? { requestEagerStart: true } : {}),
          }),
        );
        return 'running';
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return 'closed';
        throw explained(error, workflowIdOf(message));
      }
    },

    async signalReport(workflowId, report, requestId, signal) {
      signal?.throwIfAborted();
      const send = (): Promise<SignalResult> =>
        withDeadline(() => signalOnce(client, { workflowId, signalName: DELIVERY_REPORT_SIGNAL, requestId }, report));
      return signal ? client.connection.withAbortSignal(signal, send) : send();
    },

    async cancel(key) {
      return withDeadline(() =>
        signalOnce(client, {
          workflowId: workflowIdOf(key),
          signalName: CANCEL_MESSAGE_SIGNAL,
          requestId: `cancel:${workflowIdOf(key)}`,
        }),
      ).then((result) => (result === 'signalled' ? 'requested' : result));
    },

    async cancelOrStartCancelled(message) {
      const { workflowIdConflictPolicy: _running, ...start } = startOptions(message);
      try {
        await withDeadline(() =>
          client.workflow.signalWithStart(SEND_MESSAGE_WORKFLOW, { ...start, signal: CANCEL_MESSAGE_SIGNAL }),
        );
        return 'requested';
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return 'closed';
        throw error;
      }
    },

    async status(key) {
      const handle = client.workflow.getHandle(workflowIdOf(key));
      try {
        const status = await withDeadline(() => handle.query<MessageStatus>(MESSAGE_STATUS_QUERY));
        if (!WAITING_PHASES.has(status.phase)) return status;
        // A query answers for closed workflows too: one that was terminated says that it waits.
        const brokenOff = brokenOffOf((await withDeadline(() => handle.describe())).status.name);
        return { ...status, ...(brokenOff === undefined ? {} : { brokenOff }) };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },

    outcome(key) {
      return client.workflow
        .getHandle<(input: SendMessageInput) => Promise<MessageOutcome>>(workflowIdOf(key))
        .result();
    },
  };
}

function brokenOffOf(status: WorkflowExecutionStatusName): BrokenOff | undefined {
  const name = status.toLowerCase();
  // The SDK calls it CANCELLED.
  return BROKEN_OFF.find((each) => each === name.replace('cancelled', 'canceled'));
}

/** The server's own words for a missing search attribute do not tell what to do about it. */
function explained(error: unknown, workflowId: string): unknown {
  const { cause } = error as { cause?: unknown };
  if (!isGrpcServiceError(cause) || !/search attribute/i.test(cause.details)) return error;
  return new Error(
    `Cannot start ${workflowId}: ${cause.details}. Register the search attributes ${Object.values(SEARCH_ATTRIBUTE).join(', ')} (type Keyword) with \`temporal operator search-attribute create\`, or start messages with \`searchAttributes: false\``,
    { cause: error },
  );
}

/** A workflow whose input is no message would fail its tasks for ever, so it is not started. */
function assertStartable(message: SendMessageInput): void {
  const wrong = (name: string, expected: string): never => {
    throw new TypeError(`Cannot start message ${workflowIdOf(message)}: expected \`${name}\` to be ${expected}`);
  };
  if (!isProjectId(message.projectId)) wrong('projectId', '1 to 32 of a-z, 0-9 and -');
  if (!isMessageId(message.messageId)) wrong('messageId', '1 to 64 of A-Za-z0-9._-, and not 7 to 15 bare digits');
  if (!/^[0-9]{5,15}$/.test(message.recipient)) wrong('recipient', 'a phone number of digits only');
  if (!(Date.parse(message.requestedAt) <= Date.parse(message.expiresAt))) {
    wrong('expiresAt', 'a time not before `requestedAt`');
  }
  if (!message.servicePlanId || !message.integrationId) wrong('integrationId', 'an integration with a service plan');
}

/** Says nothing of which message it is: that would be the number. */
function assertIdsWithoutNumber({ messageId, recipient, campaign }: SendMessageInput): void {
  const { campaignId, campaignName } = campaign;
  const name = idWithNumber({ messageId, campaignId, campaignName }, recipient);
  if (name === undefined) return;
  throw new TypeError(`Cannot start a message: expected \`${name}\` to be an id without the recipient's number in it`);
}

/**
 * Fair shares are by campaign. Hashed, so that no two projects clash and nothing readable stands in the key; at most 64
 * bytes by the server's limit.
 */
function fairnessKeyOf({ projectId, campaign }: SendMessageInput): string {
  return createHash('sha256')
    .update(`${projectId}/${campaign.campaignId ?? ''}`)
    .digest('hex')
    .slice(0, 16);
}

/** One line for lists in the Temporal UI. No number and no text. */
function summaryOf({ content, country, campaign }: SendMessageInput): string {
  const kind = content.kind === 'mms' ? 'MMS' : 'SMS';
  const place = country === undefined ? '' : ` to ${countryName(country)}`;
  const name = campaign.campaignName ?? campaign.campaignId;
  return `${kind}${place}${name === undefined ? '' : `, campaign ${name.slice(0, 80)}`}`;
}

function attributesOf(message: SendMessageInput): SearchAttributePair[] {
  const pairs: SearchAttributePair[] = [
    { key: attributeKeys.projectId, value: message.projectId },
    { key: attributeKeys.integrationId, value: message.integrationId },
    { key: attributeKeys.status, value: OPEN_STATUS },
  ];
  if (message.campaign.campaignId) pairs.push({ key: attributeKeys.campaignId, value: message.campaign.campaignId });
  if (message.country) pairs.push({ key: attributeKeys.country, value: message.country });
  return pairs;
}
