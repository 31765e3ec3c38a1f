import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { MESSAGE_STATUS_QUERY } from '../src/contract/names.ts';
import type { MessageStatus } from '../src/contract/message-outcome.ts';
import { LOOPBACK_HOSTS } from '../src/hosts/index.ts';
import type { StaticSettingsOptions } from '../src/settings/index.ts';
import { openDatabase, loadKeyring } from '../src/db/index.ts';
import { type Ledger, readLedger } from '../src/events/index.ts';
import type { RecordedEvent } from './compare.ts';
import { createNodeProcess, type NodeProcess } from './node-process.ts';
import { postRequest } from './post-request.ts';
import { CHAOS_PROJECT_ID } from './requests.ts';
import { runCommand } from './run-command.ts';
import type { Books, ChaosPlaces, ChaosSystem, OpenMessage } from './system.ts';
import { createTables } from './tables.ts';

/** For how long a message of unknown outcome is looked for in a run, in milliseconds: a minute would be long to wait. */
export const CHAOS_SETTLE_MS = 6_000;

/** A run waits for reports as long as any comes, and skips the rest: four days would only mean more look-ups. */
const REPORT_WINDOW_MS = 2 * 60 * 60 * 1000;

/** Fast enough not to be what a run waits for. */
const MESSAGES_PER_SECOND = 200;

const QUERY_DEADLINE_MS = 3_000;
const ENTRY = 'src/cli.ts';

/** This package: two `worker` and one `server`, set up by the environment as in production. */
export async function createOurSystem(places: ChaosPlaces): Promise<ChaosSystem> {
  const { folder, databaseUrl, temporalAddress, serverPort } = places;
  const apiKey = randomBytes(24).toString('base64url');
  const settingsFile = path.join(folder, 'settings.json');
  const keyFile = path.join(folder, 'encryption.key');
  await writeFile(settingsFile, JSON.stringify(settingsOf(places)), { mode: 0o600 });
  await loadKeyring({ keyFile });
  const url = `http://127.0.0.1:${serverPort}`;
  const { PATH, HOME, TMPDIR } = process.env;
  const env = {
    PATH,
    HOME,
    TMPDIR,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    SINCH_SETTINGS_FILE: settingsFile,
    ENCRYPTION_KEY_FILE: keyFile,
    SINCH_API_KEY: apiKey,
    HOST: '127.0.0.1',
    PORT: String(serverPort),
    LOG_LEVEL: 'info',
  };
  const processOf = (name: string, command: string, ready: RegExp): NodeProcess =>
    createNodeProcess({ name, entry: ENTRY, args: [command], env, ready, logFile: path.join(folder, `${name}.log`) });
  const client = new Client({ connection: Connection.lazy({ address: temporalAddress }) });
  const tables = createTables(databaseUrl);

  return {
    workers: [processOf('worker 1', 'worker', /^The worker runs/), processOf('worker 2', 'worker', /^The worker runs/)],
    server: processOf('server', 'server', /^The HTTP API/),

    request: ({ messageId, recipient, text, priority, onUnknownOutcome }) =>
      postRequest(`${url}/v1/projects/${CHAOS_PROJECT_ID}/messages`, apiKey, {
        messageId,
        recipient: `+${recipient}`,
        text,
        priority,
        onUnknownOutcome,
      }),

    openMessages: async () =>
      (await tables.rows<{ messageId: string; stands: OpenMessage['stands'] | null }>(OPEN_MESSAGES)).map(
        ({ messageId, stands }) => ({ messageId, ...(stands === null ? {} : { stands }) }),
      ),

    // Where the store was away, only the workflow knows that its message was accepted.
    waitsForTime: async ({ clientReference }) => (await phaseOf(client, clientReference)) === 'accepted',

    async sweep(since) {
      const { stdout: help } = await runCommand(ENTRY, ['--help'], env);
      if (!/^ +sweep\b/m.test(help)) return undefined;
      const target = { ...env, TEMPORAL_SINCH_URL: url, TEMPORAL_SINCH_PROJECT: CHAOS_PROJECT_ID };
      const swept = await runCommand(ENTRY, ['sweep', '--since', since.toISOString(), '--json'], target);
      const { sweeps } = JSON.parse(swept.stdout) as { sweeps: { signalled: number }[] };
      return sweeps.reduce((sum, { signalled }) => sum + signalled, 0);
    },

    events: () => tables.rows<RecordedEvent>(EVENTS),

    async books(): Promise<Books> {
      const decided = await tables.rows<{ messageId: string; policy: string; at: Date }>(DECIDED);
      const contradicted = await tables.rows<{ messageId: string }>(CONTRADICTED);
      await using database = await openDatabase({ url: databaseUrl });
      return {
        held: decided.filter(({ policy }) => policy === 'hold').length,
        resent: new Map(
          decided.filter(({ policy }) => policy === 'resend').map(({ messageId, at }) => [messageId, at.toISOString()]),
        ),
        contradicted: contradicted.map(({ messageId }) => messageId),
        wrong: wrongIn(await readLedger(database, { projectId: CHAOS_PROJECT_ID })),
      };
    },

    async close() {
      await client.connection.close();
    },
  };
}

const OPEN_MESSAGES = `select m.message_id as "messageId",
    case when e.status is not null then 'enqueued' when u.policy is not null then 'held' end as stands
  from messages m
  left join campaign_events e using (project_id, message_id)
  left join unknown_outcomes u on u.project_id = m.project_id and u.message_id = m.message_id and u.policy = 'hold'
  where m.disposition = 'send' and (e.phase is null or e.phase = 'admission' and e.status = 'enqueued')
    and not exists (select 1 from campaign_events f
      where f.project_id = m.project_id and f.message_id = m.message_id and f.phase = 'final')`;

const EVENTS = `select message_id as "messageId", phase, status, error from campaign_events`;

const DECIDED = `select message_id as "messageId", policy, at from unknown_outcomes`;

const CONTRADICTED = `select distinct message_id as "messageId" from contradicted_events`;

function settingsOf({ sinchUrl, plan, serverPort }: ChaosPlaces): StaticSettingsOptions {
  return {
    publicUrl: `http://127.0.0.1:${serverPort}`,
    allowPrivateHosts: LOOPBACK_HOSTS,
    projects: [
      {
        id: CHAOS_PROJECT_ID,
        defaultSender: 'Chaos',
        settleMs: CHAOS_SETTLE_MS,
        reportWindowMs: REPORT_WINDOW_MS,
        integrations: [
          {
            id: 'simulator',
            servicePlanId: plan.servicePlanId,
            apiToken: plan.apiToken,
            baseUrl: sinchUrl,
            messagesPerSecond: MESSAGES_PER_SECOND,
            callbackAuth: { type: 'hmac', secrets: [plan.hmacSecret] },
          },
        ],
      },
    ],
  };
}

/** `undefined` where nobody can tell at the moment. */
async function phaseOf(client: Client, workflowId: string): Promise<MessageStatus['phase'] | undefined> {
  try {
    const status = await client.withDeadline(Date.now() + QUERY_DEADLINE_MS, () =>
      client.workflow.getHandle(workflowId).query<MessageStatus>(MESSAGE_STATUS_QUERY),
    );
    return status.phase;
  } catch {
    return undefined;
  }
}

/** The equations of the ledger that do not hold, once every message has ended. */
function wrongIn(ledger: Ledger): string[] {
  const { requested, skipped, enqueued, enqueueFailed, waitingToSend, waitingForReport, faults } = ledger;
  const { delivered, rejected, failed, timeout } = ledger;
  const wrong: string[] = [];
  const compare = (name: string, whole: number, parts: readonly number[]): void => {
    const sum = parts.reduce((total, part) => total + part, 0);
    if (whole !== sum) wrong.push(`${name}: ${whole} is not ${parts.join(' + ')}`);
  };
  compare('requested = skipped + waiting to send + enqueued + enqueue_failed', requested, [
    skipped,
    waitingToSend,
    enqueued,
    enqueueFailed,
  ]);
  compare('enqueued = waiting for report + delivered + rejected + failed + timeout', enqueued, [
    waitingForReport,
    delivered,
    rejected,
    failed,
    timeout,
  ]);
  for (const [fault, messages] of Object.entries(faults)) {
    if (messages > 0) wrong.push(`${fault}: ${messages} messages`);
  }
  return wrong;
}
