import type { SecretInput } from './secret-input.ts';

/** The API token of a service plan. */
export const API_TOKEN: SecretInput = {
  name: 'API token of the plan',
  variable: 'SINCH_API_TOKEN',
  stdinOption: '--token-stdin',
};

/** Under which names people may try to give it as an option. */
export const API_TOKEN_OPTIONS = ['token', 'api-token'] as const;
