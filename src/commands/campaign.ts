import { type Command, Option } from 'commander';
import type { CampaignCheckView, CampaignListView, CampaignView } from '../http/index.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { CSV_TABLES, campaignCsv, campaignLines, campaignListLines } from './campaign-table.ts';
import { CommandError } from './command-error.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { counted } from './counted.ts';
import { wholeNumber } from './option-values.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';

/** What a whole check came to. */
interface CheckResult {
  campaignId: string;
  /** Whether nothing is named. */
  ok: boolean;
  checked: number;
  /** Messages with an end that Temporal does not know any more. No fault. */
  forgotten: number;
  findings: CampaignCheckView['findings'];
  /** Whether the evaluation's counts are those of the rows. */
  countsAgree: boolean;
}

/** `campaign`: what became of a campaign's messages, and with `--check` whether that agrees with Temporal. */
export function addCampaignCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('campaign')
    .summary("what became of a campaign's messages, or with --check what does not add up")
    .description(
      "Shows what became of a campaign's messages: counts, delivery rates, by country, sender and code, and over time. " +
        'With --check it compares the ledger with what Temporal knows, message by message, and ends with exit code 1 ' +
        'where something does not add up.',
    )
    .argument('<id>', 'campaign id')
    .addOption(new Option('--json', 'the answer as one line of JSON').conflicts('csv'))
    .addOption(
      new Option('--csv [table]', 'as comma-separated values: countries and senders, codes, or events over time')
        .choices(CSV_TABLES)
        .preset('parts'),
    )
    .addOption(new Option('--check', 'name every message that does not add up').conflicts('csv'));
  addTargetOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  temporal-sinch campaign welcome\n  temporal-sinch campaign welcome --csv codes > codes.csv\n' +
        `  temporal-sinch campaign welcome --check\n${TARGET_HELP}`,
    )
    .action(
      async (
        campaignId: string,
        options: TargetOptions & { json?: boolean; csv?: (typeof CSV_TABLES)[number]; check?: boolean },
      ) => {
        const api = createApiClient(await resolveTarget(options, context.env));
        const path = `/campaigns/${encodeURIComponent(campaignId)}`;
        if (options.check)
          return showCheck(context, await check(context, api, campaignId, path), options.json === true);
        const view = await api.get<CampaignView>(path);
        if (options.json) return printJson(context, view);
        for (const line of options.csv ? campaignCsv(view, options.csv) : campaignLines(view)) print(context, line);
      },
    );
}

/** `campaigns`: the campaigns of a project, those that began latest first. */
export function addCampaignsCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('campaigns')
    .summary('the campaigns of a project')
    .description('Lists the campaigns of a project with what became of their messages; what began latest comes first.')
    .option('--limit <n>', 'campaigns of one page', wholeNumber(1, 1000), 20)
    .option('--cursor <cursor>', 'the page after the one that gave this cursor')
    .option('--json', 'the answer as one line of JSON');
  addTargetOptions(command)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch campaigns\n  temporal-sinch campaigns --limit 100 --json\n${TARGET_HELP}`,
    )
    .action(async (options: TargetOptions & { limit: number; cursor?: string; json?: boolean }) => {
      const api = createApiClient(await resolveTarget(options, context.env));
      const page = await api.get<CampaignListView>('/campaigns', {
        limit: String(options.limit),
        cursor: options.cursor,
      });
      if (options.json) return printJson(context, page);
      if (page.campaigns.length === 0) return print(context, 'No campaign has a message.');
      for (const line of campaignListLines(page)) print(context, line);
      if (page.nextCursor !== undefined) note(context, `More with --cursor ${page.nextCursor}`);
    });
}

async function check(context: CommandContext, api: ApiClient, campaignId: string, path: string): Promise<CheckResult> {
  const findings: CampaignCheckView['findings'] = [];
  const sums = { checked: 0, ended: 0, endedKnown: 0 };
  let countsAgree = true;
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page: CampaignCheckView = await api.get(`${path}/check`, { cursor });
    findings.push(...page.findings);
    sums.checked += page.checked;
    countsAgree &&= page.countsAgree ?? true;
    sums.ended += page.ended;
    sums.endedKnown += page.endedKnown;
    cursor = page.nextCursor;
    pages += 1;
    if (pages % 20 === 0) note(context, `${counted(sums.checked, 'request')} checked, ${findings.length} named so far`);
  } while (cursor !== undefined);
  if (sums.checked === 0 && findings.length === 0) {
    throw new CommandError(
      'unknown_campaign',
      `Nothing is known of a campaign ${campaignId}, neither here nor in Temporal; ids are case-sensitive.`,
    );
  }
  return {
    campaignId,
    ok: findings.length === 0 && countsAgree,
    checked: sums.checked,
    // Messages that ended while the check ran are in one of the two only.
    forgotten: Math.max(0, sums.ended - sums.endedKnown),
    findings,
    countsAgree,
  };
}

function showCheck(context: CommandContext, result: CheckResult, asJson: boolean): void {
  const { checked, forgotten, findings, countsAgree } = result;
  const summary = result.ok
    ? `${checked === 1 ? 'The one request adds' : `All ${checked} requests add`} up with ${checked === 1 ? 'its' : 'their'} events and with Temporal.`
    : findings.length === 0
      ? 'The counts of the evaluation are NOT those of the messages and events.'
      : `${findings.length} of campaign ${result.campaignId} ${findings.length === 1 ? 'does' : 'do'} NOT add up.`;
  if (asJson) printJson(context, result);
  else {
    for (const { messageId, code, explanation } of findings) print(context, `${messageId}  ${code}\n  ${explanation}`);
    if (!countsAgree) {
      print(
        context,
        'The evaluation counts otherwise than the rows do: they were changed by hand, or restored from a copy. ' +
          'Count anew: `select recount_campaigns(project, campaign)` in the database.',
      );
    }
    if (forgotten > 0) {
      print(context, `${forgotten} have their end and are not known to Temporal any more, which is as it should be.`);
    }
    print(context, summary);
  }
  if (!result.ok) throw new CommandError('ledger_does_not_add_up', summary, { isShown: true });
}
