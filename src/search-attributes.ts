import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTE } from './contract/names.ts';

const DEADLINE_MS = 5_000;

/**
 * Which of our search attributes a namespace lacks. Empty also where the server does not tell, as with an API key that
 * may not ask.
 */
export async function missingSearchAttributes(connection: NativeConnection, namespace: string): Promise<string[]> {
  try {
    const { customAttributes } = await connection.withDeadline(Date.now() + DEADLINE_MS, () =>
      connection.operatorService.listSearchAttributes({ namespace }),
    );
    return Object.values(SEARCH_ATTRIBUTE).filter((name) => !Object.hasOwn(customAttributes ?? {}, name));
  } catch {
    return [];
  }
}

/** The command that registers search attributes. */
export function registerCommand(namespace: string, names: readonly string[]): string {
  const flags = names.map((name) => `--name ${name} --type Keyword`).join(' ');
  return `temporal operator search-attribute create --namespace ${namespace} ${flags}`;
}
