import { type Command, Option } from 'commander';
import type { CallbackAuth, IntegrationChange, IntegrationView, Region } from '../settings/index.ts';
import { REGIONS } from '../sinch/index.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { API_TOKEN, API_TOKEN_OPTIONS } from './api-token.ts';
import {
  addCallbackOptions,
  CALLBACK_SECRET,
  callbackAuthOf,
  type CallbackOptions,
  makePathSecret,
  needsSecret,
  refuseUnfitCallbackOptions,
  toleranceMsOf,
  withPathSecret,
} from './callback-proof.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, print, printJson } from './context.ts';
import { integrationLines } from './integration-lines.ts';
import { refuseTwoPlaces } from './integration-place.ts';
import { countries, positiveNumber } from './option-values.ts';
import { openPrompter, type Prompter, refuseMissing } from './prompter.ts';
import { hasSecret, howToGive, readSecret, refuseAsOptions } from './secret-input.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

interface ChangeOptions extends TargetOptions, CallbackOptions {
  name?: string;
  plan?: string;
  region?: Region;
  baseUrl?: string;
  rate?: number;
  mmsCountries?: string[];
  /** `--default-originator` and `--no-default-originator`. */
  defaultOriginator?: boolean;
  rotateToken?: boolean;
  tokenStdin?: boolean;
  rotateCallbackSecret?: boolean;
  json?: boolean;
}

/** When plan, region and host become fixed. */
const UNTIL = 'until Sinch has accepted a message';

/** `integrations change`: what is not given stays as it is. */
export function addIntegrationsChangeCommand(integrations: Command, context: CommandContext): void {
  const command = integrations
    .command('change')
    .summary('change an integration; workers follow within 2 seconds')
    .description(
      'Changes an integration; what is not given stays as it is. Service plan, region and address can be corrected until ' +
        'Sinch has accepted a message through it: what waits is then sent through the corrected plan. After that another ' +
        'plan is another integration.',
    )
    .argument('<id>', 'integration id')
    .option('--name <name>', 'for people')
    .option('--plan <id>', `Service Plan ID of Sinch's dashboard, ${UNTIL}`)
    .addOption(new Option('--region <region>', `where the plan lives, ${UNTIL}`).choices(REGIONS))
    .option('--base-url <url>', `address of a region on request, instead of a region, ${UNTIL}`)
    .option('--rate <n>', 'throughput of the plan by contract, in messages a second', positiveNumber)
    .option('--mms-countries <codes>', 'countries that the plan may send MMS to', countries)
    .option('--default-originator', 'Sinch has a default originator for the plan')
    .option('--no-default-originator', 'it has none: every message needs a sender')
    .option('--rotate-token', 'ask for a new API token, which holds at once')
    .option('--token-stdin', 'take the new API token from standard input')
    .option(
      '--rotate-callback-secret',
      'a new secret or password of callbacks; the one before stays valid until the next rotation, so wait 4 days for the ' +
        'reports of what was sent with it',
    )
    .option('--json', 'the integration as one line of JSON');
  refuseAsOptions(addTargetOptions(addCallbackOptions(command)), API_TOKEN_OPTIONS, API_TOKEN)
    .addHelpText(
      'after',
      `
Environment, where a secret is to be changed:
  SINCH_API_TOKEN   the new API token
  CALLBACK_SECRET   the new secret of hmac, or password of basic; a path secret is made by chance

Examples:
  temporal-sinch integrations change sinch-eu --rate 50
  temporal-sinch integrations change sinch-eu --plan the-right-plan --region us
  temporal-sinch integrations change sinch-eu --rotate-token
  temporal-sinch integrations change sinch-eu --token-stdin --json < token.txt
  temporal-sinch integrations change sinch-eu --rotate-callback-secret
${TARGET_HELP}`,
    )
    .action(async (id: string, options: ChangeOptions) => {
      const { rotateToken, tokenStdin } = options;
      refuseUnfit(options);
      const target = await resolveTarget(options, context.env);
      const api = createApiClient(target);
      using prompter = openPrompter(context);
      const isNewToken = rotateToken === true || tokenStdin === true;
      refuseMissing(prompter, [[!isNewToken || hasSecret(context, API_TOKEN, tokenStdin), howToGive(API_TOKEN)]]);
      const callback = await callbackChangeOf(id, options, { api, context, prompter });
      const change: IntegrationChange = {
        ...callback,
        ...(options.callbackTolerance === undefined
          ? {}
          : { callbackToleranceMs: toleranceMsOf(options.callbackTolerance) }),
        ...(options.name === undefined ? {} : { name: options.name }),
        ...(options.plan === undefined ? {} : { servicePlanId: options.plan }),
        ...(options.region === undefined ? {} : { region: options.region }),
        ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl }),
        ...(options.rate === undefined ? {} : { messagesPerSecond: options.rate }),
        ...(options.mmsCountries === undefined ? {} : { mmsCountries: options.mmsCountries }),
        ...(options.defaultOriginator === undefined ? {} : { hasDefaultOriginator: options.defaultOriginator }),
        ...(isNewToken ? { apiToken: await readSecret(context, prompter, API_TOKEN, tokenStdin) } : {}),
      };
      if (Object.keys(change).length === 0) {
        throw new CommandError('nothing_to_change', 'There is nothing to change: name a setting, see --help.', {
          exitCode: EXIT.usage,
        });
      }
      const view = await api.patch<IntegrationView>(`/integrations/${encodeURIComponent(id)}`, change);
      if (options.json) return printJson(context, view);
      print(context, 'Changed; workers follow within 2 seconds.');
      for (const line of integrationLines(view)) print(context, line);
    });
}

function refuseUnfit(options: ChangeOptions): void {
  const { callbackAuth, callbackUser, rotateCallbackSecret, callbackSecretStdin, tokenStdin } = options;
  const refuse = (message: string): never => {
    throw new CommandError('options_conflict', message, { exitCode: EXIT.usage });
  };
  refuseTwoPlaces(options);
  refuseUnfitCallbackOptions(options, { tokenStdin, isChange: true });
  if (callbackAuth !== undefined && rotateCallbackSecret) {
    refuse(
      '--callback-auth replaces every secret, and --rotate-callback-secret keeps the one before: give one of them.',
    );
  }
  if (callbackAuth === 'basic' && callbackUser === undefined) refuse('--callback-auth basic needs --callback-user.');
  if (callbackSecretStdin && callbackAuth === undefined && !rotateCallbackSecret) {
    refuse('--callback-secret-stdin goes with --rotate-callback-secret, or with --callback-auth hmac or basic.');
  }
}

/** What changes of the callbacks. */
async function callbackChangeOf(
  id: string,
  options: ChangeOptions,
  { api, context, prompter }: { api: ApiClient; context: CommandContext; prompter: Prompter },
): Promise<Pick<IntegrationChange, 'callbackAuth' | 'callbackUrl' | 'newCallbackSecret'>> {
  const { callbackUrl, callbackAuth, rotateCallbackSecret } = options;
  if (callbackUrl === undefined && callbackAuth === undefined && !rotateCallbackSecret) return {};
  const type = callbackAuth ?? (await typeNow());
  const isNew = callbackAuth !== undefined || rotateCallbackSecret === true;
  if (needsSecret(type)) {
    const address = callbackUrl === undefined ? {} : { callbackUrl };
    if (!isNew) return address;
    refuseMissing(prompter, [
      [hasSecret(context, CALLBACK_SECRET, options.callbackSecretStdin), howToGive(CALLBACK_SECRET)],
    ]);
    const secret = await readSecret(context, prompter, CALLBACK_SECRET, options.callbackSecretStdin);
    if (callbackAuth === undefined) return { ...address, newCallbackSecret: secret };
    return { ...address, callbackAuth: callbackAuthOf(type, secret, options.callbackUser) };
  }
  const secret = makePathSecret();
  const address = callbackUrl === undefined ? {} : { callbackUrl: withPathSecret(callbackUrl, secret) };
  if (callbackAuth === undefined) return { ...address, newCallbackSecret: secret };
  return { ...address, callbackAuth: callbackAuthOf(type, secret) };

  async function typeNow(): Promise<CallbackAuth['type']> {
    return (await api.get<IntegrationView>(`/integrations/${encodeURIComponent(id)}`)).callbackAuth.type;
  }
}
