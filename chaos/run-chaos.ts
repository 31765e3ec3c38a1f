import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { note, print, printJson, type ProgramContext } from '../src/commands/index.ts';
import { abortable } from '../src/db/index.ts';
import { findFreePorts } from '../src/local/free-ports.ts';
import { findTemporal } from '../src/local/index.ts';
import { startSimulator } from '../src/simulator/index.ts';
import { findPostgres, startPostgres } from '../test/helpers/postgres.ts';
import { createCleanups } from './cleanups.ts';
import { compare, type Comparison } from './compare.ts';
import { countFaults, type ScheduledFault, scheduleFaults } from './fault-schedule.ts';
import { FAULT_WORDS, injectFaults } from './inject-faults.ts';
import { createNaiveSystem } from './naive-system.ts';
import type { ChaosOptions } from './options.ts';
import { CHAOS_SETTLE_MS, createOurSystem } from './our-system.ts';
import { createProgress, type Progress } from './progress.ts';
import { CHAOS_MIX, type ChaosRequest, chaosRequests } from './requests.ts';
import { type ChaosResult, faultLines, isRight, jsonOf, linesOf } from './report.ts';
import { settle } from './settle.ts';
import type { ChaosPlaces } from './system.ts';
import { startChaosTemporal } from './temporal.ts';
import { makeRequests } from './traffic.ts';

/** Something that a run needs is not on this machine. */
export class ChaosError extends Error {
  override readonly name = 'ChaosError';
  readonly code: 'postgres_missing';

  constructor(code: ChaosError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const HOST = '127.0.0.1';

/** How the simulator behaves in a run: quick, but not as quick as a message can be looked for. */
const SIMULATOR = {
  reportDelayMs: 800,
  lateReportMs: 18_000,
  visibilityDelayMs: 700,
  hiddenMs: 16_000,
  callbackRetryMs: 1_000,
} as const;

/**
 * One run from its schedule to its comparison, told in words or as JSON.
 *
 * @returns whether everything was right
 * @throws ChaosError and TemporalNotFoundError where something is not installed
 */
export async function runChaos(options: ChaosOptions, context: ProgramContext): Promise<boolean> {
  const result = await performRun(options, context);
  const right = isRight(result);
  if (options.json) {
    if (!right) for (const line of faultLines(result)) note(context, line);
    printJson(context, jsonOf(result));
  } else for (const line of linesOf(result, nameOf(options))) print(context, line);
  if (options.naive && !right) {
    note(context, 'The naive variant is there for this: it shows what the comparison finds where care is missing.');
  }
  return right;
}

/**
 * One run. Everything that it starts is stopped at the end, whichever way it comes; where something was wrong the folder
 * with the logs stays.
 *
 * @throws ChaosError and TemporalNotFoundError where something is not installed
 */
export async function performRun(options: RunOptions, context: ProgramContext): Promise<ChaosResult> {
  using progress = createProgress(context.stderr);
  progress.note(`${nameOf(options)}: ${options.messages} messages, seed ${options.seed}. Nothing is sent to anybody.`);
  const folder = await makeFolder(options.dir);
  let isKept = true;
  try {
    const result = await runIn(folder, options, { context, progress });
    isKept = options.keep || !isRight(result);
    return result;
  } catch (error) {
    // Whatever was under way says only that it was broken off; the reason says by whom.
    if (!context.signal.aborted) throw error;
    isKept = options.keep;
    throw context.signal.reason;
  } finally {
    if (isKept) progress.note(`The logs of every process are in ${folder}.`);
    else await rm(folder, { recursive: true, force: true });
  }
}

/** What decides a run, apart from how it is told. */
export type RunOptions = Omit<ChaosOptions, 'json'>;

function nameOf({ naive }: RunOptions): string {
  return naive ? 'Naive variant' : 'temporal-sinch';
}

async function makeFolder(parent: string = tmpdir()): Promise<string> {
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(path.join(parent, 'temporal-sinch-chaos-'));
  // PostgreSQL runs as somebody else where we are root, and has to reach its own folder in it.
  await chmod(folder, 0o711);
  return folder;
}

/** What a run reports to. */
interface Observers {
  context: ProgramContext;
  progress: Progress;
}

async function runIn(folder: string, options: RunOptions, observers: Observers): Promise<ChaosResult> {
  const { seed, messages, naive } = options;
  const { context, progress } = observers;
  const { signal } = context;
  // Every request waits for its time with it.
  setMaxListeners(0, signal);
  const began = Date.now();
  const bin = findPostgres();
  if (bin === undefined) {
    throw new ChaosError(
      'postgres_missing',
      'A chaos run stops and starts PostgreSQL, and there is none: initdb is neither on PATH nor below /usr/lib/postgresql. Install postgresql.',
    );
  }
  const { path: executable } = await findTemporal({
    env: context.env,
    onProgress: ({ phase, detail }) => progress.status(`${phase} ${detail ?? ''}`),
    signal,
  });

  await using cleanups = createCleanups();
  progress.note('Starting PostgreSQL, Temporal, the simulator, two workers and the HTTP process.');
  const postgres = await startPostgres(bin, { parent: folder });
  cleanups.add(() => postgres.stop());
  const temporalLog = createWriteStream(path.join(folder, 'temporal.log'));
  cleanups.add(() => temporalLog.close());
  const temporal = await startChaosTemporal(executable, path.join(folder, 'temporal.db'), (line) =>
    temporalLog.write(`${line}\n`),
  );
  cleanups.add(() => temporal.stop());
  const plan = {
    servicePlanId: 'chaos-plan',
    apiToken: 'chaos-token',
    hmacSecret: randomBytes(32).toString('base64url'),
  };
  const simulator = await startSimulator({ ...SIMULATOR, seed, mix: CHAOS_MIX, plans: [plan] });
  cleanups.add(() => simulator.close());
  const connection = Connection.lazy({ address: temporal.address });
  cleanups.add(() => connection.close());
  const [serverPort = 0] = await findFreePorts(HOST, 1);
  const places: ChaosPlaces = {
    folder,
    databaseUrl: await postgres.createDatabase(),
    temporalAddress: temporal.address,
    sinchUrl: simulator.url,
    plan,
    serverPort,
  };
  const system = await (naive ? createNaiveSystem(places) : createOurSystem(places));
  cleanups.add(() => system.close());
  const processes = [...system.workers, system.server];
  cleanups.add(() => Promise.all(processes.map((each) => each.stop())));
  await abortable(system.server.start(), signal);
  await abortable(Promise.all(system.workers.map((worker) => worker.start())), signal);

  const client = new Client({ connection });
  const schedule = scheduleFaults(seed, messages);
  const requests = chaosRequests(seed, messages, schedule.spanMs);
  const since = new Date();
  progress.note(`Started after ${secondsSince(began)} s. Requests and faults over ${schedule.spanMs / 1000} s.`);
  const active = new Map<ScheduledFault, string>();
  let answered = 0;
  const showStatus = (): void => {
    const now = active.size === 0 ? 'all is well' : [...active.values()].join(', ');
    progress.status(`${secondsSince(since.getTime())} s: ${answered} of ${messages} requested; now: ${now}`);
  };
  const faults = injectFaults(
    schedule,
    { system, temporal, postgres, simulator, servicePlanId: plan.servicePlanId },
    {
      signal,
      observer: {
        began(fault) {
          active.set(fault, FAULT_WORDS[fault.kind]);
          progress.note(`${secondsSince(since.getTime())} s: ${FAULT_WORDS[fault.kind]}, for ${fault.lasts / 1000} s`);
          showStatus();
        },
        ended(fault) {
          active.delete(fault);
          showStatus();
        },
      },
    },
  );
  const [traffic] = await abortable(
    Promise.all([
      makeRequests(system, requests, {
        signal,
        onAnswer(count) {
          answered = count;
          showStatus();
        },
      }),
      faults,
    ]),
    signal,
  );
  await abortable(Promise.all(processes.map((each) => each.whenReady())), signal);
  progress.note(`${secondsSince(since.getTime())} s: every request is answered, every fault is put right.`);

  const settled = await settle({
    system,
    simulator,
    client,
    requests,
    since,
    onProgress: (open, doing) => progress.status(`${secondsSince(since.getTime())} s: ${open} ${doing}`),
    signal,
  });
  const books = await system.books();
  const comparison = compare({
    requests,
    taken: traffic.taken,
    events: await system.events(),
    contradicted: books.contradicted,
    resent: books.resent,
    accepted: simulator.messages(),
    settleMs: CHAOS_SETTLE_MS,
    skippedAt: settled.skippedAt,
  });
  await keepHistories(client, path.join(folder, 'histories'), comparison, requests);
  return {
    ...comparison,
    messages,
    seed,
    faults: countFaults(schedule),
    held: books.held,
    wrong: books.wrong,
    untaken: requests.filter(({ messageId }) => !traffic.taken.has(messageId)).length,
    swept: settled.swept,
    seconds: secondsSince(began),
  };
}

/** Most histories that are kept. */
const HISTORIES = 50;

/** What the workflows of messages that differ went through, as JSON that the SDK can replay. */
async function keepHistories(
  client: Client,
  folder: string,
  { differing }: Comparison,
  requests: readonly ChaosRequest[],
): Promise<void> {
  const wanted = new Set(differing.map(({ messageId }) => messageId));
  if (wanted.size > 0) await mkdir(folder);
  for (const { messageId, clientReference } of requests
    .filter((request) => wanted.has(request.messageId))
    .slice(0, HISTORIES)) {
    try {
      const history = await client.workflow.getHandle(clientReference).fetchHistory();
      await writeFile(path.join(folder, `${messageId}.json`), historyToJSON(history));
    } catch {
      // A message that was lost may have no workflow.
    }
  }
}

function secondsSince(began: number): number {
  return Math.round((Date.now() - began) / 100) / 10;
}
