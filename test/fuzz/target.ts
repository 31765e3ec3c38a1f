import { connect } from 'node:net';
import { createKeyring, type Database, openDatabase } from '../../src/db/index.ts';
import { createLedgerCheck, createSqlReportStore } from '../../src/events/index.ts';
import { staticSettings } from '../../src/settings/index.ts';
import { createWebhook } from '../../src/webhook/index.ts';
import { API_KEY, startApp, type TestApp } from '../http/http-fixture.ts';

/** What a genuine callback proves itself by. */
export const PATH_SECRET = 'path-secret-of-22-chars-or-more';
export const HMAC_SECRET = 'SMSWebhooksSecret';

/** In every body that is sent, and in no log line. */
export const SECRETS = ['447400987654', 'Hello-Ada-4711', API_KEY, PATH_SECRET, HMAC_SECRET, 'token-that-nobody-sees'];

/** Longest that an answer may take, in milliseconds. */
const ANSWER_MS = 1_000;

/** An answer as it came over the connection; `undefined` where the other side ended it without one. */
export interface RawAnswer {
  status: number;
  body: string;
}

/** The HTTP surface and the webhook over a real socket and a real database; only Temporal's part is made up. */
export interface FuzzTarget extends AsyncDisposable {
  readonly app: TestApp;
  readonly port: number;
  /** Callbacks that were signalled or kept. */
  settled(): number;
  /**
   * Writes the pieces, and reads until the other side ends the connection.
   * @throws Error where no answer comes in time, unless `mayWait`: the other side then waits for what was announced.
   */
  exchange(pieces: readonly Uint8Array[], options?: { mayWait?: boolean }): Promise<RawAnswer | undefined>;
  /** Bytes that were written so far. */
  bytes(): number;
  /** Log lines since the last time that this was asked. */
  newLines(): string[];
}

export async function startFuzzTarget(): Promise<FuzzTarget> {
  const database: Database = await openDatabase({ memory: true });
  const keyring = createKeyring({ keys: [{ id: 'test', key: Buffer.alloc(32, 7) }], current: 'test' });
  const settings = staticSettings({
    publicUrl: 'https://sms.shop.example',
    projects: [
      {
        id: 'shop',
        defaultIntegrationId: 'url',
        defaultSender: 'Shop',
        integrations: [
          { id: 'url', callbackAuth: { type: 'url-secret' as const, secrets: [PATH_SECRET] } },
          { id: 'hmac', callbackAuth: { type: 'hmac' as const, secrets: [HMAC_SECRET] } },
        ].map((integration) => ({
          ...integration,
          servicePlanId: 'plan',
          region: 'eu' as const,
          apiToken: 'token-that-nobody-sees',
        })),
      },
    ],
  });
  let settled = 0;
  const lines: string[] = [];
  const log = {
    warn: (fields: Record<string, unknown>, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`),
    error: (fields: Record<string, unknown>, message: string) =>
      void lines.push(`${message} ${JSON.stringify(fields)}`),
  };
  const app = await startApp({
    database,
    settings,
    log,
    // Temporal answers here, so that every 503 is a failure of ours.
    messages: {
      status: () => Promise.resolve(undefined),
      cancel: () => Promise.resolve('unknown'),
      cancelOrStartCancelled: () => Promise.resolve('requested'),
    },
    ledgerCheck: createLedgerCheck({
      database,
      workflows: {
        ofCampaign: () => Promise.resolve({ workflows: [] }),
        find: () => Promise.resolve([]),
        describe: () => Promise.resolve(undefined),
      },
    }),
    testConnection: () =>
      Promise.resolve({ ok: false, verdict: 'network', explanation: 'There is no Sinch here', tookMs: 0 }),
    webhook: createWebhook({
      settings,
      // By the length of the reference, so that every way is gone.
      signalMessage: (workflowId) =>
        Promise.resolve((['signalled', 'closed', 'unknown'] as const)[workflowId.length % 3] ?? 'unknown'),
      reports: createSqlReportStore(database, keyring),
      log,
      counters: { increment: (name) => void (settled += name === 'sinch_webhook_callbacks_total' ? 1 : 0) },
    }),
  });
  const port = Number(new URL(app.url).port);
  let bytes = 0;

  function exchange(
    pieces: readonly Uint8Array[],
    { mayWait = false }: { mayWait?: boolean } = {},
  ): Promise<RawAnswer | undefined> {
    return new Promise((resolve, reject) => {
      const received: Buffer[] = [];
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      const timer = setTimeout(
        () => {
          socket.destroy();
          if (mayWait) resolve(answerOf(received));
          else reject(new Error(`No answer within ${ANSWER_MS} ms`));
        },
        mayWait ? 30 : ANSWER_MS,
      );
      const end = (): void => {
        clearTimeout(timer);
        socket.destroy();
        resolve(answerOf(received));
      };
      socket.on('data', (data: Buffer) => received.push(data));
      socket.once('close', end);
      // The other side may answer and go while we still write.
      socket.once('error', end);
      void (async () => {
        for (const piece of pieces) {
          if (socket.destroyed) return;
          bytes += piece.byteLength;
          if (!socket.write(piece))
            await new Promise((drained) => socket.once('drain', drained).once('close', drained));
          // A packet of its own.
          else if (pieces.length > 2) await new Promise(setImmediate);
        }
      })();
    });
  }

  return {
    app,
    port,
    settled: () => settled,
    exchange,
    bytes: () => bytes,
    newLines: () => lines.splice(0),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await database.close();
    },
  };
}

function answerOf(received: readonly Buffer[]): RawAnswer | undefined {
  const text = Buffer.concat(received).toString('latin1');
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? [];
  if (status === undefined) return undefined;
  return { status: Number(status), body: text.slice(text.indexOf('\r\n\r\n') + 4) };
}
