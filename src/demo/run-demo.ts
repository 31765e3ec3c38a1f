import { abortable } from '../db/index.ts';
import { type ApiClient, counted, createApiClient, note, print, printJson, showProgress } from '../commands/index.ts';
import type { Log } from '../contract/log.ts';
import { parseWorkflowId } from '../contract/identity.ts';
import { DEFAULT_DATA_DIR, isStackRunning, LOCAL_PROJECT_ID, type Stack, startStack } from '../local/index.ts';
import type { Simulator } from '../simulator/index.ts';
import { compare, expectedStatus, type Truth } from './compare.ts';
import { comparison, type DemoResult, isRight, jsonOf, linesOf } from './demo-result.ts';
import { GENERATED_MIX, generateRecipients } from './generate-recipients.ts';
import { LATE_REPORT_MS, skipFourDays, type TimeDeps, untilReported } from './pass-time.ts';
import { showBar } from './progress-bar.ts';
import { readRecipients } from './read-recipients.ts';
import { countriesWithoutReports, finalStatuses, lastFinalEventAt, lateReportCount } from './recorded.ts';
import { sendAll } from './send-all.ts';
import { createSkippableClock, type SkippableClock } from './skippable-clock.ts';

/** The plan allows so many messages a second that it is not what the demo waits for. */
const MESSAGES_PER_SECOND = 500;

/** Most differing messages that are named. */
const NAMED = 10;

/** How the demo runs. */
export interface DemoOptions {
  /** So many generated people instead of those of the campaign file. */
  messages?: number;
  /** Decides the generated people and what becomes of their messages. */
  seed: number;
  /** One line of JSON on standard output instead of the text. */
  json: boolean;
  /** Leave everything running until the signal. */
  keep: boolean;
}

/** What the demo works with. */
export interface DemoContext {
  env: NodeJS.ProcessEnv;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  log: Log;
  /** Stops the demo wherever it is; with `keep` it is how it ends. */
  signal: AbortSignal;
}

/**
 * The main job from end to end: a campaign's requests over HTTP, sends, signed callbacks, four days, the ledger.
 * @returns whether every number is right
 */
export async function runDemo(options: DemoOptions, context: DemoContext): Promise<boolean> {
  const recipients =
    options.messages === undefined ? await readRecipients() : generateRecipients(options.messages, options.seed);
  note(
    context,
    `The demo: ${counted(recipients.length, 'message')} to a simulator of Sinch. Nothing is sent to anybody.`,
  );
  const clock = createSkippableClock();
  const stack = await startDemoStack(options, context, clock);
  try {
    const { simulator, temporalUi = '' } = stack;
    if (simulator === undefined) throw new TypeError('The stack of the demo has a simulator');
    note(context, `Temporal's web UI, as long as this runs: ${temporalUi}`);
    const api = createApiClient({
      url: stack.url,
      apiKey: stack.apiKey,
      projectId: stack.projectId,
      from: { url: 'the demo', apiKey: 'the demo' },
    });
    const counted = await runCampaign({ recipients, clock, stack, simulator, api, context });
    const truth: Truth = {
      requested: recipients.length,
      withoutNumber: recipients.filter(({ recipient }) => recipient === undefined).length,
      messages: simulator.messages(),
      accepted: (clientReference) => simulator.accepted(clientReference),
    };
    const differing = differingMessages(await finalStatuses(stack.database), simulator);
    const result: DemoResult = {
      ...counted,
      // Sums can agree where two messages have each other's end.
      compared: [...compare(counted.ledger, truth), { name: 'ended otherwise', ours: differing.length, expected: 0 }],
      temporalUi,
      differing: differing.slice(0, NAMED),
      withoutReports: await countriesWithoutReports(stack.database),
      lateReports: await lateReportCount(stack.database),
    };
    showResult(result, options, context);
    if (options.keep) await keepRunning(stack, context);
    return isRight(result);
  } finally {
    await stack.close();
  }
}

async function startDemoStack(options: DemoOptions, context: DemoContext, clock: SkippableClock): Promise<Stack> {
  const { env, log, signal } = context;
  using progress = showProgress(context);
  const apiKey = env['SINCH_API_KEY']?.trim() || undefined;
  return startStack({
    env,
    log,
    // The other commands take it from the same place.
    ...(apiKey === undefined ? {} : { apiKey }),
    signal,
    memory: true,
    messagesPerSecond: MESSAGES_PER_SECOND,
    onProgress: progress.report,
    // With it, the other commands find the stack of the demo; one that runs already keeps its place.
    ...(options.keep && !(await isStackRunning(DEFAULT_DATA_DIR)) ? { dataDir: DEFAULT_DATA_DIR } : {}),
    simulator: {
      clock,
      seed: options.seed,
      lateReportMs: LATE_REPORT_MS,
      ...(options.messages === undefined ? {} : { mix: GENERATED_MIX }),
    },
  });
}

interface Campaign {
  recipients: Awaited<ReturnType<typeof readRecipients>>;
  clock: SkippableClock;
  stack: Stack;
  simulator: Simulator;
  api: ApiClient;
  context: DemoContext;
}

async function runCampaign(campaign: Campaign): Promise<Pick<DemoResult, 'ledger' | 'seconds' | 'messagesPerSecond'>> {
  const { recipients, clock, stack, simulator, api, context } = campaign;
  const { stderr, signal } = context;
  const total = recipients.length;
  const time: Omit<TimeDeps, 'onOpen'> = { stack, simulator, api, signal };
  const beganAt = Date.now();
  {
    using bar = showBar(stderr, 'Requests made', total);
    const { taken, skipped, enqueue_failed, refused } = await sendAll(api, recipients, {
      signal,
      onAnswer: (answered) => bar.update(answered),
    });
    const parts = [
      `${taken} taken`,
      `${skipped} skipped for want of a number`,
      `${enqueue_failed} that can never be sent`,
      ...(refused === 0 ? [] : [`${refused} refused`]),
    ];
    note(context, `${counted(total, 'request')} made in ${secondsSince(beganAt)} s: ${parts.join(', ')}.`);
  }
  let reported;
  {
    using bar = showBar(stderr, 'Come to their end', total);
    reported = await untilReported({ ...time, onOpen: (open) => bar.update(total - open) });
  }
  const reportedAt = (await lastFinalEventAt(stack.database)) ?? Date.now();
  const messagesPerSecond = rounded(reported.enqueued / Math.max((reportedAt - beganAt) / 1000, 0.001));
  const waiting = reported.waitingForReport + reported.waitingToSend;
  note(
    context,
    `Every report has come that comes within four days, ${secondsSince(beganAt)} s after the first request.`,
  );

  let ledger = reported;
  if (waiting > 0) {
    note(
      context,
      `${waiting === 1 ? '1 still waits, and no report comes for it' : `${waiting} still wait, and no report comes for them`}. Letting four days pass…`,
    );
    using bar = showBar(stderr, 'Come to their end', total);
    ledger = await skipFourDays({ ...time, onOpen: (open) => bar.update(total - open) });
    note(context, 'Four days have passed.');
  }
  const seconds = rounded((Date.now() - beganAt) / 1000);
  clock.skip(LATE_REPORT_MS);
  await abortable(simulator.whenIdle(), signal);
  return { ledger, seconds, messagesPerSecond };
}

/** The messages whose end is not the one that the simulator says it has to be. */
function differingMessages(finals: ReadonlyMap<string, string>, simulator: Simulator): string[] {
  return simulator.messages().flatMap((message) => {
    const messageId = parseWorkflowId(message.clientReference ?? '')?.messageId ?? 'unknown';
    const status = finals.get(messageId) ?? 'no end';
    const expected = expectedStatus(message);
    return status === expected ? [] : [`${messageId} (${status}; by the simulator ${expected}, ${message.behaviour})`];
  });
}

function showResult(result: DemoResult, options: DemoOptions, context: DemoContext): void {
  if (options.json) {
    if (!isRight(result)) for (const line of comparison(result)) note(context, line);
    printJson(context, jsonOf(result));
    return;
  }
  print(context);
  for (const line of linesOf(result)) print(context, line);
  print(
    context,
    options.keep
      ? `Temporal's web UI: ${result.temporalUi}`
      : `Temporal's web UI was at ${result.temporalUi} and ends with this run; npm run demo -- --keep leaves all running.`,
  );
}

async function keepRunning(stack: Stack, context: DemoContext): Promise<void> {
  note(context, `Everything is left running; Ctrl-C stops it.`);
  note(context, `  HTTP API  ${stack.url}/v1/projects/${LOCAL_PROJECT_ID}`);
  note(context, `  API key   ${context.env['SINCH_API_KEY'] ? 'the one in SINCH_API_KEY' : stack.apiKey}`);
  await Promise.race([
    stack.ended,
    new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve(), { once: true })),
  ]);
  note(context, 'Stopping.');
}

function secondsSince(began: number): number {
  return rounded((Date.now() - began) / 1000);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
