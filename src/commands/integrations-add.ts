import { type Command, Option } from 'commander';
import {
  DEFAULT_MESSAGES_PER_SECOND,
  DEFAULT_MMS_COUNTRIES,
  type IntegrationView,
  type NewIntegration,
  type ProjectView,
  type Region,
  whyUnfitForIntegration,
} from '../settings/index.ts';
import { baseUrlOfRegion, REGIONS } from '../sinch/index.ts';
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
import { type CommandContext, note, print, printJson } from './context.ts';
import { integrationLines } from './integration-lines.ts';
import { refuseTwoPlaces } from './integration-place.ts';
import { askSinch } from './integrations-test.ts';
import { countries, positiveNumber } from './option-values.ts';
import { destinationWarnings } from './where-messages-go.ts';
import { openPrompter, type Prompter, refuseMissing } from './prompter.ts';
import { hasSecret, howToGive, readSecret, refuseAsOptions } from './secret-input.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

interface AddOptions extends TargetOptions, CallbackOptions {
  id?: string;
  name?: string;
  plan?: string;
  region?: Region;
  baseUrl?: string;
  rate?: number;
  mmsCountries?: string[];
  defaultOriginator?: boolean;
  default?: boolean;
  tokenStdin?: boolean;
  json?: boolean;
}

/** `integrations add`: asks for what is not given. */
export function addIntegrationsAddCommand(integrations: Command, context: CommandContext): void {
  const command = integrations
    .command('add')
    .summary('add an integration, asking for what is not given')
    .description(
      'Adds an integration. Service plan, region and address are fixed once Sinch has accepted a message through it: ' +
        'another plan is another integration then. Asks for what is missing, and then offers to test the connection and ' +
        'to make it the default. The API token is typed, or comes from SINCH_API_TOKEN or standard input; never as an ' +
        'option.',
    )
    .option('--name <name>', 'for people')
    .option('--id <id>', 'for requests and the callback URL (default: made of the name)')
    .option('--plan <id>', "Service Plan ID of Sinch's dashboard, SMS > APIs")
    .addOption(new Option('--region <region>', 'where the plan lives').choices(REGIONS))
    .option('--base-url <url>', 'address of a region on request, instead of --region')
    .option('--token-stdin', 'take the API token from standard input')
    .option(
      '--rate <n>',
      `throughput of the plan by contract, in messages a second (default: ${DEFAULT_MESSAGES_PER_SECOND})`,
      positiveNumber,
    )
    .option(
      '--mms-countries <codes>',
      `countries that the plan may send MMS to (default: ${DEFAULT_MMS_COUNTRIES.join(',')})`,
      countries,
    )
    .option('--default-originator', 'Sinch has a default originator for the plan, so messages may go without a sender')
    .option('--default', "make it the project's default SMS provider")
    .option('--json', 'the integration as one line of JSON');
  refuseAsOptions(addTargetOptions(addCallbackOptions(command)), API_TOKEN_OPTIONS, API_TOKEN)
    .addHelpText(
      'after',
      `
Environment:
  SINCH_API_TOKEN   API token of the plan
  CALLBACK_SECRET   the secret of hmac, or the password of basic

Examples:
  temporal-sinch integrations add
  temporal-sinch integrations add --name "Sinch EU" --plan my-plan --region eu --rate 50
  temporal-sinch integrations add --name "Sinch EU" --plan my-plan --region eu --token-stdin --json < token.txt
${TARGET_HELP}`,
    )
    .action(async (options: AddOptions) => {
      refuseUnfit(options);
      const target = await resolveTarget(options, context.env);
      const api = createApiClient(target);
      using prompter = openPrompter(context);
      const body = await bodyOf(options, context, prompter);
      const added = await api.post<IntegrationView>('/integrations', body);
      for (const line of destinationWarnings(added, added.isDefault)) note(context, line);
      if (options.json) return printJson(context, added);
      print(
        context,
        `Added. ${added.callbackUrl === undefined ? '' : 'The callback URL is what Sinch reports to.'}`.trim(),
      );
      for (const line of integrationLines(added)) print(context, line);
      if (prompter.isInteractive) await offerNextSteps(added, api, context, prompter);
    });
}

function refuseUnfit(options: AddOptions): void {
  const { tokenStdin, callbackAuth, callbackUser } = options;
  refuseTwoPlaces(options);
  // Before anything is asked: an answer after it would be in vain.
  for (const [what, member, value] of [
    ['--name', 'name', options.name],
    ['--id', 'id', options.id],
    ['--plan', 'servicePlanId', options.plan],
    ['--base-url', 'baseUrl', options.baseUrl],
    ['--callback-url', 'callbackUrl', options.callbackUrl],
  ] as const) {
    const wrong = value === undefined ? undefined : unfit(what, member)(value);
    if (wrong !== undefined) throw new CommandError('option_invalid', wrong, { exitCode: EXIT.usage });
  }
  refuseUnfitCallbackOptions(options, { tokenStdin, isChange: false });
  if (callbackAuth === 'basic' && callbackUser === undefined) {
    throw new CommandError('options_conflict', '--callback-auth basic needs --callback-user.', {
      exitCode: EXIT.usage,
    });
  }
}

async function bodyOf(options: AddOptions, context: CommandContext, prompter: Prompter) {
  const { callbackAuth: proof = 'url-secret', callbackUrl } = options;
  refuseMissing(prompter, [
    [options.name !== undefined, '--name'],
    [options.plan !== undefined, '--plan'],
    [options.region !== undefined || options.baseUrl !== undefined, '--region or --base-url'],
    [hasSecret(context, API_TOKEN, options.tokenStdin), howToGive(API_TOKEN)],
    [
      !needsSecret(proof) || hasSecret(context, CALLBACK_SECRET, options.callbackSecretStdin),
      howToGive(CALLBACK_SECRET),
    ],
  ]);
  const name = options.name ?? (await prompter.ask('Name, for people', { check: unfit('The name', 'name') }));
  const servicePlanId =
    options.plan ??
    (await prompter.ask("Service Plan ID, from Sinch's dashboard, SMS > APIs", {
      check: unfit('The id', 'servicePlanId'),
    }));
  const place = await placeOf(options, prompter);
  const apiToken = await readSecret(context, prompter, API_TOKEN, options.tokenStdin, unfit('The token', 'apiToken'));
  const messagesPerSecond = options.rate ?? (prompter.isInteractive ? await askRate(prompter) : undefined);
  const { callbackAuth, ...address } = await callbackOf();
  const body: NewIntegration = {
    name,
    servicePlanId,
    ...place,
    apiToken,
    ...address,
    ...(callbackAuth === undefined ? {} : { callbackAuth }),
    ...(messagesPerSecond === undefined ? {} : { messagesPerSecond }),
    ...(options.id === undefined ? {} : { id: options.id }),
    ...(options.mmsCountries === undefined ? {} : { mmsCountries: options.mmsCountries }),
    ...(options.defaultOriginator === undefined ? {} : { hasDefaultOriginator: options.defaultOriginator }),
    ...(options.default === undefined ? {} : { isDefault: options.default }),
  };
  return body;

  async function callbackOf(): Promise<Pick<NewIntegration, 'callbackAuth' | 'callbackUrl'>> {
    if (needsSecret(proof)) {
      const secret = await readSecret(context, prompter, CALLBACK_SECRET, options.callbackSecretStdin);
      const auth = callbackAuthOf(proof, secret, options.callbackUser);
      const toleranceMs = options.callbackTolerance === undefined ? null : toleranceMsOf(options.callbackTolerance);
      const limited = auth.type === 'hmac' && toleranceMs !== null ? { ...auth, toleranceMs } : auth;
      return { callbackAuth: limited, ...(callbackUrl === undefined ? {} : { callbackUrl }) };
    }
    // Without an address of its own the server makes both.
    if (callbackUrl === undefined) return {};
    const secret = makePathSecret();
    return { callbackAuth: callbackAuthOf(proof, secret), callbackUrl: withPathSecret(callbackUrl, secret) };
  }
}

async function placeOf(
  { region, baseUrl }: AddOptions,
  prompter: Prompter,
): Promise<Pick<NewIntegration, 'region' | 'baseUrl'>> {
  if (baseUrl !== undefined) return { baseUrl };
  const chosen =
    region ??
    (await prompter.choose<Region | 'custom'>('Region of the plan', [
      ...REGIONS.map((value) => ({ value, label: baseUrlOfRegion(value) })),
      { value: 'custom', label: 'a region on request, whose address Sinch has told you' },
    ]));
  return chosen === 'custom'
    ? { baseUrl: await prompter.ask('Base URL', { check: unfit('The address', 'baseUrl') }) }
    : { region: chosen };
}

/** Says what an answer has to be, where it is not it; by the rules of whoever takes it. */
function unfit(what: string, member: Parameters<typeof whyUnfitForIntegration>[0]) {
  return (answer: string): string | undefined => {
    const expected = whyUnfitForIntegration(member, answer);
    return expected === undefined ? undefined : `${what} ${expected}.`;
  };
}

async function askRate(prompter: Prompter): Promise<number> {
  const answer = await prompter.ask('Throughput by contract, in messages a second', {
    assumed: String(DEFAULT_MESSAGES_PER_SECOND),
    check: (value) => (Number(value) > 0 && Number.isFinite(Number(value)) ? undefined : 'Expected a number above 0.'),
  });
  return Number(answer);
}

async function offerNextSteps(
  added: IntegrationView,
  api: ApiClient,
  context: CommandContext,
  prompter: Prompter,
): Promise<void> {
  const { id, isDefault } = added;
  let works = true;
  if (await prompter.confirm('Test the connection now? Nothing is sent.', true)) {
    const { ok, explanation } = await askSinch(api, id);
    works = ok;
    note(context, explanation);
  }
  if (isDefault) return;
  const { defaultIntegrationId } = await api.get<ProjectView>('/settings');
  const now = defaultIntegrationId === undefined ? 'there is none yet' : `now it is ${defaultIntegrationId}`;
  // That of the address was said when it was added.
  for (const line of destinationWarnings(added, true).slice(0, 1)) note(context, line);
  const question = `Make it the project's default SMS provider (${now})?`;
  if (!(await prompter.confirm(question, works && defaultIntegrationId === undefined))) return;
  await api.patch('/settings', { defaultIntegrationId: id });
  print(context, `Integration ${id} is the default SMS provider now.`);
}
