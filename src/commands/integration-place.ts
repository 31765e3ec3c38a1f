import { CommandError, EXIT } from './command-error.ts';

/** @throws CommandError `options_conflict` where both `--region` and `--base-url` are given. */
export function refuseTwoPlaces({ region, baseUrl }: { region?: string; baseUrl?: string }): void {
  if (region === undefined || baseUrl === undefined) return;
  throw new CommandError('options_conflict', '--region and --base-url: a plan lives at one place, so give one.', {
    exitCode: EXIT.usage,
  });
}
