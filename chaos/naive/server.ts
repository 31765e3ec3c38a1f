/** The HTTP process of the naive variant: starts a workflow for each request, and signals it for each callback. */
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { Client, Connection, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { NaiveMessage } from './activities.ts';
import { NAIVE_TASK_QUEUE, readNaiveEnvironment } from './environment.ts';

const { temporalAddress, port } = readNaiveEnvironment();
const client = new Client({ connection: await Connection.connect({ address: temporalAddress }) });

async function requestMessage(message: NaiveMessage): Promise<void> {
  try {
    await client.workflow.start('sendNaively', {
      taskQueue: NAIVE_TASK_QUEUE,
      workflowId: message.clientReference,
      args: [message],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function signalReport(report: { client_reference: string; status: string }): Promise<void> {
  await client.workflow.getHandle(report.client_reference).signal('deliveryReport', report.status);
}

async function handle(request: IncomingMessage): Promise<void> {
  const body = await json(request);
  if (request.url === '/webhook') await signalReport(body as Parameters<typeof signalReport>[0]);
  else await requestMessage(body as NaiveMessage);
}

createServer((request, response) => {
  handle(request).then(
    () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}'),
    () => response.writeHead(500, { 'content-type': 'application/json' }).end('{"success":false}'),
  );
}).listen(port, '127.0.0.1', () => process.stderr.write('The naive server listens\n'));
