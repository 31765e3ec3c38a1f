import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { parseWorkflowId } from '../src/contract/identity.ts';
import type { RecordedEvent } from './compare.ts';
import type { NaiveMessage } from './naive/activities.ts';
import { NAIVE_VARIABLE, type NaiveEnvironment } from './naive/environment.ts';
import { createNodeProcess, type NodeProcess } from './node-process.ts';
import { postRequest } from './post-request.ts';
import type { ChaosPlaces, ChaosSystem, OpenMessage } from './system.ts';
import { createTables } from './tables.ts';

const DESCRIBE_DEADLINE_MS = 3_000;

/**
 * What one writes after reading the SDK's samples: a workflow with an activity that posts, the default retries, a signal
 * by the callback, an insert for each event. It does what it says as long as nothing goes wrong.
 */
export async function createNaiveSystem(places: ChaosPlaces): Promise<ChaosSystem> {
  const { folder, databaseUrl, temporalAddress, sinchUrl, plan, serverPort } = places;
  const told: NaiveEnvironment = {
    databaseUrl,
    temporalAddress,
    sinchUrl,
    servicePlanId: plan.servicePlanId,
    apiToken: plan.apiToken,
    port: serverPort,
  };
  const { PATH, HOME, TMPDIR } = process.env;
  const env = { PATH, HOME, TMPDIR, [NAIVE_VARIABLE]: JSON.stringify(told) };
  const processOf = (name: string, entry: string, ready: RegExp): NodeProcess =>
    createNodeProcess({ name, entry, env, ready, logFile: path.join(folder, `${name}.log`) });
  const client = new Client({ connection: Connection.lazy({ address: temporalAddress }) });
  const tables = createTables(databaseUrl);
  await tables.rows('create table naive_events (message_id text, phase text, status text, error text)');

  return {
    workers: [
      processOf('worker 1', 'chaos/naive/worker.ts', /^The naive worker runs/),
      processOf('worker 2', 'chaos/naive/worker.ts', /^The naive worker runs/),
    ],
    server: processOf('server', 'chaos/naive/server.ts', /^The naive server listens/),

    request({ messageId, clientReference, recipient, text }) {
      const message: NaiveMessage = { messageId, clientReference, recipient, text };
      return postRequest(`http://127.0.0.1:${serverPort}/messages`, 'none', message);
    },

    async openMessages() {
      const open: OpenMessage[] = [];
      for await (const { workflowId } of client.workflow.list({ query: 'ExecutionStatus = "Running"' })) {
        const key = parseWorkflowId(workflowId);
        if (key !== undefined) open.push({ messageId: key.messageId });
      }
      return open;
    },

    async waitsForTime({ clientReference }) {
      try {
        const { raw } = await client.withDeadline(Date.now() + DESCRIBE_DEADLINE_MS, () =>
          client.workflow.getHandle(clientReference).describe(),
        );
        return (raw.pendingActivities ?? []).length === 0 && raw.pendingWorkflowTask == null;
      } catch {
        return false;
      }
    },

    sweep: async () => undefined,

    events: () =>
      tables.rows<RecordedEvent>('select message_id as "messageId", phase, status, error from naive_events'),

    books: async () => ({ held: 0, resent: new Map(), contradicted: [], wrong: [] }),

    async close() {
      await client.connection.close();
    },
  };
}
