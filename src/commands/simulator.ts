import type { Command } from 'commander';
import { DEMO_PLAN, MAGIC_RECIPIENTS, startSimulator } from '../simulator/index.ts';
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
${magicLines().join('\n')}`,
    )
    .action(async (options: SimulatorCommandOptions) => {
      using stop = listenForStop();
      const { callbackUrl, hmacSecret, rate } = options;
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

function magicLines(): string[] {
  return MAGIC_RECIPIENTS.map(({ suffix, behaviour, what }) => `  …${suffix}  ${behaviour}: ${what}`);
}
