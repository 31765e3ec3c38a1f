/** How callbacks prove themselves, as commands take it. */
import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { CallbackAuth } from '../settings/index.ts';
import { CommandError, EXIT } from './command-error.ts';
import { positiveNumberOrOff } from './option-values.ts';
import type { SecretInput } from './secret-input.ts';

/** The options that say how callbacks prove themselves. */
export interface CallbackOptions {
  callbackAuth?: CallbackAuth['type'];
  callbackUser?: string;
  callbackUrl?: string;
  callbackSecretStdin?: boolean;
  /** In hours; `off` for no limit. */
  callbackTolerance?: number | 'off';
}

/** The secret that Sinch signs with, or the password that it sends. */
export const CALLBACK_SECRET: SecretInput = {
  name: 'secret or password of callbacks',
  variable: 'CALLBACK_SECRET',
  stdinOption: '--callback-secret-stdin',
};

/** Adds those options. */
export function addCallbackOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--callback-auth <type>',
        "how callbacks prove themselves: by a secret at the end of their address (url-secret), by Sinch's signature, " +
          'which Sinch switches on at request (hmac), or by user name and password (basic)',
      ).choices(['url-secret', 'hmac', 'basic']),
    )
    .option('--callback-user <name>', 'the user name of basic')
    .option(
      '--callback-url <url>',
      "address that Sinch calls, where it is not made of the server's; a path secret is added to it",
    )
    .option(
      '--callback-tolerance <hours>',
      'largest age of signatures of hmac, or off; under 24 hours it may lose reports that Sinch retries (default: off)',
      positiveNumberOrOff,
    )
    .option('--callback-secret-stdin', 'take the secret of hmac, or the password of basic, from standard input');
}

/** Whether the proof has a secret that somebody has to bring; a path secret is made by chance. */
export function needsSecret(type: CallbackAuth['type']): type is 'hmac' | 'basic' {
  return type !== 'url-secret';
}

/** @throws CommandError where options do not go together */
export function refuseUnfitCallbackOptions(
  { callbackAuth, callbackUser, callbackSecretStdin, callbackTolerance }: CallbackOptions,
  { tokenStdin, isChange }: { tokenStdin: boolean | undefined; isChange: boolean },
): void {
  const refuse = (message: string): never => {
    throw new CommandError('options_conflict', message, { exitCode: EXIT.usage });
  };
  if (tokenStdin && callbackSecretStdin) {
    refuse('--token-stdin and --callback-secret-stdin: only one secret can come by standard input.');
  }
  if (callbackUser !== undefined && callbackAuth !== 'basic') {
    refuse('--callback-user goes with --callback-auth basic.');
  }
  if (callbackTolerance !== undefined && callbackAuth !== 'hmac' && !(isChange && callbackAuth === undefined)) {
    refuse('--callback-tolerance goes with --callback-auth hmac: only signatures have an age.');
  }
  if (callbackSecretStdin && callbackAuth === 'url-secret') {
    refuse('--callback-secret-stdin: a path secret is made by chance, so none is taken.');
  }
  if (callbackSecretStdin && callbackAuth === undefined && !isChange) {
    refuse('--callback-secret-stdin goes with --callback-auth hmac or basic.');
  }
}

/** The setting, with one valid secret. */
export function callbackAuthOf(type: CallbackAuth['type'], secret: string, username = ''): CallbackAuth {
  return type === 'basic' ? { type, username, passwords: [secret] } : { type, secrets: [secret] };
}

/** The limit as the API takes it, in milliseconds; `null` for none. */
export function toleranceMsOf(hours: number | 'off'): number | null {
  return hours === 'off' ? null : hours * 3_600_000;
}

/** A path secret of 128 bits. */
export function makePathSecret(): string {
  return randomBytes(16).toString('hex');
}

/** An address that ends in its path secret. */
export function withPathSecret(url: string, secret: string): string {
  return `${url.replace(/\/+$/, '')}/${secret}`;
}
