import { type Command, Option } from 'commander';
import type { ApiKeyView, Role } from '../settings/index.ts';
import { createApiClient } from './api-client.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { keyExpiry } from './key-expiry.ts';
import { allPages } from './pages.ts';
import { tableLines } from './table.ts';
import type { Column } from './text-table.ts';
import { addTargetOptions, resolveTarget, TARGET_HELP, type TargetOptions } from './target.ts';
import { utcTime } from './utc-time.ts';

type Options = TargetOptions & { json?: boolean };

interface KeysPage {
  keys: ApiKeyView[];
  nextCursor?: string;
}

const timeOf = (time: string | undefined): string => (time === undefined ? '' : utcTime(time));

const COLUMNS: readonly Column<ApiKeyView>[] = [
  { title: 'id', cell: ({ id }) => id },
  { title: 'name', cell: ({ name }) => name },
  { title: 'role', cell: ({ role }) => role },
  { title: 'added', cell: ({ createdAt }) => utcTime(createdAt) },
  { title: 'last used', cell: ({ lastUsedAt }) => timeOf(lastUsedAt) },
  { title: 'expires', cell: ({ expiresAt }) => timeOf(expiresAt) },
  { title: 'revoked', cell: ({ revokedAt }) => timeOf(revokedAt) },
];

/** `keys`: API keys of a project. */
export function addKeysCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('keys')
    .summary('API keys of a project: list, create, revoke')
    .description(
      'API keys of a project. A viewer reads, a sender also starts and cancels messages, an admin also changes settings. ' +
        'Needs a key with the role admin.',
    )
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch keys list --json\n  temporal-sinch keys create scenarios --role sender --expires 90d\n${TARGET_HELP}`,
    );

  const list = command
    .command('list')
    .summary('list the keys, without the keys themselves')
    .description('Lists the API keys, the latest first, without the keys themselves.')
    .option('--json', 'the answer as one line of JSON');
  addTargetOptions(list)
    .addHelpText('after', `\nExamples:\n  temporal-sinch keys list\n  temporal-sinch keys list --json\n${TARGET_HELP}`)
    .action(async (options: Options) => {
      const target = await resolveTarget(options, context.env);
      const api = createApiClient(target);
      const keys = await allPages(async (query) => {
        const { keys: items, ...rest } = await api.get<KeysPage>('/keys', query);
        return { items, ...rest };
      });
      if (options.json) return printJson(context, { keys });
      if (keys.length === 0) {
        print(context, `Project ${target.projectId} has no key: make one with temporal-sinch keys create`);
      } else for (const line of tableLines(COLUMNS, keys)) print(context, line);
    });

  const create = command
    .command('create')
    .summary('make a key; it is shown this once')
    .description('Makes an API key. It is written to standard output, this once: only its hash is stored.')
    .argument('<name>', 'what it is for')
    .addOption(
      new Option('--role <role>', 'what it may do').choices(['viewer', 'sender', 'admin']).makeOptionMandatory(),
    )
    .option('--expires <when>', 'days such as 90d, a date, or a time (default: never)', (value) => keyExpiry(value))
    .option('--json', 'the key and what is known of it as one line of JSON');
  addTargetOptions(create)
    .addHelpText(
      'after',
      `
Examples:
  temporal-sinch keys create scenarios --role sender --expires 90d
  temporal-sinch keys create "The analysts" --role viewer --expires 2027-12-31 --json
  temporal-sinch keys create "First admin" --role admin --project shop
${TARGET_HELP}`,
    )
    .action(async (name: string, options: Options & { role: Role; expires?: string }) => {
      const api = createApiClient(await resolveTarget(options, context.env));
      const { role, expires } = options;
      const body = { name, role, ...(expires === undefined ? {} : { expiresAt: expires }) };
      const created = await api.post<ApiKeyView & { key: string }>('/keys', body);
      if (options.json) return printJson(context, created);
      const end = created.expiresAt === undefined ? 'does not expire' : `expires ${utcTime(created.expiresAt)}`;
      note(context, `Key ${created.id} with the role ${created.role} ${end}. It is shown this once:`);
      print(context, created.key);
    });

  const revoke = command
    .command('revoke')
    .summary('revoke a key')
    .description('Revokes an API key: it is refused at once, and stays in the list.')
    .argument('<id>', 'id of the key, not the key itself')
    .option('--json', 'what is known of it as one line of JSON');
  addTargetOptions(revoke)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch keys revoke 01K9Z3M8Q4T6V0X2Y4A6C8E0G2\n  temporal-sinch keys revoke 01K9Z3M8Q4T6V0X2Y4A6C8E0G2 --json\n${TARGET_HELP}`,
    )
    .action(async (id: string, options: Options) => {
      const api = createApiClient(await resolveTarget(options, context.env));
      const revoked = await api.delete<ApiKeyView>(`/keys/${encodeURIComponent(id)}`);
      if (options.json) return printJson(context, revoked);
      print(context, `Key ${revoked.id} is revoked.`);
    });
}
