import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { readRotationConfig } from '../config.ts';
import { loadKeyring, openDatabase, rotateSecrets, type SealedColumn, type SecretRotation } from '../db/index.ts';
import { CommandError } from './command-error.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { logOf } from './log-level.ts';
import { tableLines } from './table.ts';
import type { Column } from './text-table.ts';

const NAMES: Readonly<Record<SealedColumn, string>> = {
  apiTokens: 'API tokens',
  callbackAuths: 'secrets of callbacks',
  callbackUrls: 'callback URLs',
  exporterSecrets: 'secrets of exporters',
  lateReports: 'late reports',
  unmatchedReports: 'reports of no message of ours',
  unreadableCallbacks: 'unreadable callbacks',
};

interface Row {
  name: string;
  encrypted: number;
  undecryptable: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'what', cell: ({ name }) => name },
  { title: 'encrypted anew', cell: ({ encrypted }) => String(encrypted), align: 'right' },
  { title: 'no key for', cell: ({ undecryptable }) => String(undecryptable), align: 'right' },
];

/** `secrets`: what is kept encrypted. */
export function addSecretsCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('secrets')
    .summary('what is kept encrypted: rotate')
    .description('What is kept encrypted in the database: API tokens, secrets, and the bodies of callbacks.')
    .addHelpText('after', '\nExamples:\n  temporal-sinch secrets rotate\n  temporal-sinch secrets rotate --json');
  command
    .command('rotate')
    .summary('encrypt everything anew with the first key')
    .description(
      'Encrypts everything that is kept encrypted anew with the first key, while everything goes on. Ends with exit code 1 ' +
        'where something is encrypted with a key that is not there. May be repeated.',
    )
    .option('--json', 'the counts as one line of JSON')
    .addHelpText(
      'after',
      `
To replace a key:
  1. put the new one before the old one, for worker and server, and start them again
  2. temporal-sinch secrets rotate, with the same keys
  3. remove the old one, once nothing is left that has no key; with PAYLOAD_ENCRYPTION, not before the last message
     that began with it has ended and Temporal has dropped its history

Environment:
  DATABASE_URL          postgres://… of worker and server (needed)
  ENCRYPTION_KEYS       keys of 32 bytes in base64, separated by commas, the first one encrypts; or
  ENCRYPTION_KEY_FILE   a file with one a line (one of the two is needed)
  LOG_LEVEL             fatal, error, warn, info, debug or silent (default: warn)

Examples:
  temporal-sinch secrets rotate
  temporal-sinch secrets rotate --json`,
    )
    .action(async (options: { json?: boolean }) => {
      const { databaseUrl, encryption } = readRotationConfig(context.env);
      // Where there is none a new one would be made, whose key decrypts nothing.
      if (encryption.keys === undefined && !existsSync(encryption.keyFile ?? '')) {
        throw new CommandError('key_file_missing', `ENCRYPTION_KEY_FILE: there is no file ${encryption.keyFile}.`);
      }
      const keyring = await loadKeyring(encryption);
      await using database = await openDatabase({ url: databaseUrl, log: logOf(context.env) });
      if (!options.json) note(context, `Encrypting everything anew with key ${keyring.current}.`);
      const rotation = await rotateSecrets(database, keyring);
      const rows = rowsOf(rotation);
      if (options.json) printJson(context, { key: keyring.current, ...rotation });
      else for (const line of tableLines(COLUMNS, rows)) print(context, line);
      const lost = rows.reduce((sum, { undecryptable }) => sum + undecryptable, 0);
      if (lost > 0) {
        const what = `${lost} values are encrypted with a key that is not there: add it behind the others, and rotate again.`;
        if (!options.json) print(context, what);
        throw new CommandError('key_unknown', what, { isShown: true });
      }
      if (!options.json)
        print(
          context,
          'Nothing in the database needs the other keys any more. Encrypted payloads in Temporal do, as long as it keeps them.',
        );
    });
}

function rowsOf({ encrypted, undecryptable }: SecretRotation): Row[] {
  return (Object.keys(NAMES) as SealedColumn[]).map((column) => ({
    name: NAMES[column],
    encrypted: encrypted[column],
    undecryptable: undecryptable[column],
  }));
}
