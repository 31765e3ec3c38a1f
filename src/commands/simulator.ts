import { type Command, InvalidArgumentError } from 'commander';
import { explainSenderRefusal, parseSender } from '../contract/sender.ts';
import { DEMO_PLAN, MAGIC_RECIPIENTS, MISSING_OPERATIONS, OPERATIONS, startSimulator } from '../simulator/index.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { port, positiveNumber } from './option-values.ts';
import { addSimulatorBehaviour, behaviourOf, type SimulatorBehaviourOptions } from './simulator-options.ts';
import { listenForStop } from './stop-signal.ts';

interface SimulatorCommandOptions extends SimulatorBehaviourOptions {
  port?: number;
  plan: string;
  token: string;
  callbackUrl?: string;
  hmacSecret?: string;
  rate?: number;
  defaultOriginator?: string;
  json?: boolean;
}

/** `simulator`: Sinch alone, for a worker and a server that run elsewhere. */
export function addSimulatorCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('simulator')
    .summary('a simulator of Sinch by itself, until Ctrl-C')
    .description(
      "Runs a stand-in for Sinch's SMS and MMS API on 127.0.0.1 until Ctrl-C. Nothing is sent to anybody. The last four " +
        'digits of a recipient decide what becomes of a message; all others are delivered unless --mix says otherwise.',
    )
    .option('--port <port>', 'to listen on (default: a free one)', port)
    .option('--plan <id>', 'service plan id', DEMO_PLAN.servicePlanId)
    .option('--token <token>', "the plan's API token", DEMO_PLAN.apiToken)
    .option('--callback-url <url>', 'where reports go unless a message names another address')
    .option('--hmac-secret <secret>', 'signs callbacks with it')
    .option('--rate <n>', 'messages a second that leave the plan (default: no limit)', positiveNumber)
    .option(
      '--default-originator <sender>',
      'sends messages that name no sender from it (default: none, and they are refused)',
      senderOf,
    )
    .option('--json', 'the address as one line of JSON, once it listens');
  addSimulatorBehaviour(command)
    .addHelpText(
      'after',
      `
Examples:
  temporal-sinch simulator --port 9010
  temporal-sinch simulator --mix delivered=90,failed=8,no_report=2 --seed 7

For a worker and a server that send through it:
  SINCH_BASE_URL=http://127.0.0.1:9010
  SINCH_SERVICE_PLAN_ID=${DEMO_PLAN.servicePlanId}
  SINCH_API_TOKEN=${DEMO_PLAN.apiToken}
  PUBLIC_URL=http://127.0.0.1:8080    (where the server listens)

The last four digits of a recipient decide, in any country; what others get is drawn from the mix:
${magicLines().join('\n')}

What it has of Sinch's API, below /xms/v1/{service plan}/, as Sinch's own client calls it:
${operationLines().join('\n')}
${MISSING_OPERATIONS}
A text comes in by POST /_simulator/inbounds; GET /_simulator lists this and what else there is.`,
    )
    .action(async (options: SimulatorCommandOptions) => {
      using stop = listenForStop();
      const { callbackUrl, hmacSecret, rate, defaultOriginator } = options;
      await using simulator = await startSimulator({
        ...(options.port === undefined ? {} : { port: options.port }),
        ...behaviourOf(options),
        plans: [
          {
            servicePlanId: options.plan,
            apiToken: options.token,
            ...(callbackUrl === undefined ? {} : { callbackUrl }),
            ...(hmacSecret === undefined ? {} : { hmacSecret }),
            ...(rate === undefined ? {} : { messagesPerSecond: rate }),
            ...(defaultOriginator === undefined ? {} : { defaultOriginator }),
          },
        ],
      });
      if (options.json) printJson(context, { url: simulator.url, service_plan_id: options.plan });
      else {
        print(context, `The simulator of Sinch listens on ${simulator.url}, service plan ${options.plan}.`);
        print(context, `What it saw: ${simulator.url}/_simulator\n`);
        print(context, 'The last four digits of a recipient decide what becomes of a message:');
        for (const line of magicLines()) print(context, line);
        print(context, '\nCtrl-C stops it.');
      }
      await stop.received;
      note(context, 'Stopped.');
    });
}

function operationLines(): string[] {
  const lines = OPERATIONS.filter(({ what }) => !what.startsWith('404'));
  const widest = Math.max(...lines.map(({ path }) => path.length));
  return lines.map(({ method, path, what }) => `  ${method.padEnd(6)}  ${path.padEnd(widest)}  ${what}`);
}

/** A sender as Sinch takes it. */
function senderOf(value: string): string {
  const parsed = parseSender(value);
  if (parsed.ok) return parsed.sender;
  throw new InvalidArgumentError(`Expected a sender: ${explainSenderRefusal(parsed.reason)}.`);
}

function magicLines(): string[] {
  return MAGIC_RECIPIENTS.map(({ suffix, behaviour, what }) => `  …${suffix}  ${behaviour}: ${what}`);
}
