/** Messages as Temporal's visibility knows them. */
import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { type MessageKey, parseWorkflowId, workflowIdOf } from '../contract/identity.ts';
import { SEARCH_ATTRIBUTE, SEND_MESSAGE_WORKFLOW } from '../contract/names.ts';
import type { ListedWorkflow, WorkflowListing } from '../contract/workflow-listing.ts';

/** Ids in one query: with the longest ones it stays well below the server's 32 KiB or so. */
const MAX_IDS = 100;

const DEFAULT_DEADLINE_MS = 5_000;

/** `INVALID_ARGUMENT` of gRPC. */
const INVALID_ARGUMENT = 3;

/** `UNKNOWN` of gRPC. */
const UNKNOWN = 2;

type WorkflowListingErrorCode = 'search_attributes_missing' | 'invalid_page_token';

const SAID: Readonly<Record<WorkflowListingErrorCode, string>> = {
  search_attributes_missing:
    'Temporal cannot list messages by campaign: register the search attributes ' +
    `${Object.values(SEARCH_ATTRIBUTE).join(', ')} (type Keyword) with \`temporal operator search-attribute create\``,
  invalid_page_token: 'The page token is none that Temporal gave: leave it out to start at the first page',
};

/** Temporal cannot list messages: our search attributes are not registered there, or the page's token is none of its own. */
export class WorkflowListingError extends Error {
  readonly code: WorkflowListingErrorCode;

  constructor(code: WorkflowListingErrorCode, options: ErrorOptions) {
    super(SAID[code], options);
    this.name = 'WorkflowListingError';
    this.code = code;
  }
}

/** `WORKFLOW_EXECUTION_STATUS_RUNNING` and its like, by their numbers (temporal.api.enums.v1). */
const STATES = [
  'UNSPECIFIED',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELED',
  'TERMINATED',
  'CONTINUED_AS_NEW',
  'TIMED_OUT',
];

interface Listed {
  searchAttributes?: { indexedFields?: Record<string, { data?: Uint8Array | null }> | null } | null;
  execution?: { workflowId?: string | null } | null;
  status?: number | null;
  startTime?: ProtoTime | null;
  closeTime?: ProtoTime | null;
}

interface ProtoTime {
  seconds?: { toString(): string } | number | null;
  nanos?: number | null;
}

/**
 * Makes the listing over a Temporal client, which stays the caller's. Its methods throw WorkflowListingError where the
 * namespace lacks our search attributes, and ServiceError where Temporal cannot be reached.
 */
export function createWorkflowListing({
  client,
  deadlineMs = DEFAULT_DEADLINE_MS,
}: {
  client: Client;
  /** Of every call, in milliseconds. @default 5,000 */
  deadlineMs?: number;
}): WorkflowListing {
  async function list(query: string, pageSize: number, nextPageToken?: Uint8Array) {
    try {
      return await client.withDeadline(Date.now() + deadlineMs, () =>
        client.workflowService.listWorkflowExecutions({
          namespace: client.options.namespace,
          query,
          pageSize,
          ...(nextPageToken === undefined ? {} : { nextPageToken }),
        }),
      );
    } catch (error) {
      const code = isGrpcServiceError(error) ? refusalOf(error, nextPageToken !== undefined) : undefined;
      throw code === undefined ? error : new WorkflowListingError(code, { cause: error });
    }
  }

  return {
    async ofCampaign({ projectId, campaignId }, { size, token }) {
      const query = [
        `WorkflowType = ${quoted(SEND_MESSAGE_WORKFLOW)}`,
        `${SEARCH_ATTRIBUTE.projectId} = ${quoted(projectId)}`,
        ...(isComparable(campaignId) ? [`${SEARCH_ATTRIBUTE.campaignId} = ${quoted(campaignId)}`] : []),
      ].join(' AND ');
      const page = await list(query, size, token === undefined ? undefined : Buffer.from(token, 'base64url'));
      const next = page.nextPageToken;
      return {
        workflows: page.executions.filter((each) => campaignOf(each) === campaignId).flatMap(listedOf),
        ...(next && next.length > 0 ? { nextToken: Buffer.from(next).toString('base64url') } : {}),
      };
    },

    async find(keys) {
      const found: ListedWorkflow[] = [];
      for (let from = 0; from < keys.length; from += MAX_IDS) {
        const ids = keys.slice(from, from + MAX_IDS).map((key) => quoted(workflowIdOf(key)));
        const page = await list(`WorkflowId IN (${ids.join(', ')})`, MAX_IDS * 2);
        found.push(...page.executions.flatMap(listedOf));
      }
      return found;
    },

    async describe(key) {
      try {
        const { status, startTime, closeTime } = await client.withDeadline(Date.now() + deadlineMs, () =>
          client.workflow.getHandle(workflowIdOf(key)).describe(),
        );
        return {
          projectId: key.projectId,
          messageId: key.messageId,
          running: status.name === 'RUNNING',
          state: status.name,
          startedAt: startTime.toISOString(),
          ...(closeTime === undefined ? {} : { closedAt: closeTime.toISOString() }),
        };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },
  };
}

function refusalOf(
  { code, details }: { code: number; details: string },
  hasToken: boolean,
): WorkflowListingError['code'] | undefined {
  // The server's own words: "invalid query: … column name '…' is not a valid search attribute".
  if (code === INVALID_ARGUMENT && /search attribute/i.test(details)) return 'search_attributes_missing';
  // It says so of a token that it cannot read with Elasticsearch; with SQL it passes on what Go's JSON says of it, as UNKNOWN
  // (server 1.32, `DeserializeVisibilityPageToken`).
  const blamesToken =
    code === INVALID_ARGUMENT || (code === UNKNOWN && /json|invalid character|parsing/i.test(details));
  return hasToken && blamesToken ? 'invalid_page_token' : undefined;
}

/** Workflows that are none of our messages have no business under our search attributes, and are passed over. */
function listedOf({ execution, status, startTime, closeTime }: Listed): ListedWorkflow[] {
  const key: MessageKey | undefined = parseWorkflowId(execution?.workflowId ?? '');
  if (!key) return [];
  const state = STATES[status ?? 0] ?? 'UNSPECIFIED';
  return [
    {
      ...key,
      running: state === 'RUNNING',
      state,
      ...(startTime ? { startedAt: isoOf(startTime) } : {}),
      ...(closeTime ? { closedAt: isoOf(closeTime) } : {}),
    },
  ];
}

function isoOf({ seconds, nanos }: ProtoTime): string {
  return new Date(Number(seconds ?? 0) * 1000 + Math.floor((nanos ?? 0) / 1e6)).toISOString();
}

/**
 * Whether the server compares such a value rightly: one with a backslash, a double quote or a control character it does
 * not find (server 1.32 on SQLite, tried with every way to escape them). All of the project is then listed instead.
 */
function isComparable(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return !/[\\"\u0000-\u001F]/.test(text);
}

function campaignOf({ searchAttributes }: Listed): unknown {
  const data = searchAttributes?.indexedFields?.[SEARCH_ATTRIBUTE.campaignId]?.data;
  return data ? JSON.parse(Buffer.from(data).toString()) : undefined;
}

/** A string of the list filter's SQL. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
