import type { RequestAnswer } from './system.ts';

/** A platform does not wait for ever for the answer to a request. */
const DEADLINE_MS = 5_000;

/** Requests one message over HTTP, and reads the answer as the platform does: after a 5xx or none at all, once more. */
export async function postRequest(url: string, apiKey: string, body: unknown): Promise<RequestAnswer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const answer = (await response.json()) as { success?: boolean };
    if (response.status >= 500) return 'again';
    return response.ok && answer.success === true ? 'taken' : 'refused';
  } catch {
    return 'again';
  }
}
