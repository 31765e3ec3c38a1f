import { z } from 'zod';
import { HOST_NOT_ALLOWED, ProxyError } from '../hosts/index.ts';
import { type Exchange, networkCodeOf, parseJson, parseRetryAfter, safeText } from '../sinch/index.ts';

/** What became of one command. */
export type CommandResult =
  | { kind: 'taken' }
  /** For good: the same command is refused again. */
  | { kind: 'refused'; reason: string };

/** What the answer to a batch says. */
export type TrackingAnswer =
  /** By the command's id. Commands without a result are to be sent again. */
  | { kind: 'answered'; results: ReadonlyMap<string, CommandResult> }
  /** The request as a whole, for good: one of its commands is to blame, or each. */
  | { kind: 'refused'; reason: string }
  /** Nothing is known to be taken: send all again, later. */
  | { kind: 'unavailable'; comment: string; retryAfterMs?: number }
  /** Key, permission, project or address are wrong: no event is to blame. */
  | { kind: 'no_access'; comment: string };

const errors = z.array(z.unknown()).catch([]).default([]);

const result = z.object({ command_id: z.string().optional().catch(undefined), success: z.boolean(), errors });

const body = z.object({
  success: z.boolean().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  errors,
  // A result that cannot be read is no result.
  results: z.array(result.or(z.null()).catch(null)).optional().catch(undefined),
});

/** The request is to blame, and is refused again however often it comes. */
const REQUEST_REFUSED = new Set([400, 413, 422]);

/** The platform answers so for each command where the key may not set events ("Most common API requests errors"). */
const MISSING_PERMISSION = /not authori[sz]ed/i;

/**
 * Reads how a batch ended.
 * @param commandIds of the batch, in its order
 */
export function readTrackingAnswer(ended: Exchange, commandIds: readonly string[], now: number): TrackingAnswer {
  if (ended.kind === 'failure') {
    const code = networkCodeOf(ended.error);
    return code === 'host_not_allowed'
      ? { kind: 'no_access', comment: `${code}: the host of the base URL ${HOST_NOT_ALLOWED}` }
      : {
          kind: 'unavailable',
          comment: ended.error instanceof ProxyError ? ended.error.message : `No answer came (${code})`,
        };
  }
  const { status, retryAfter } = ended;
  const parsed = body.safeParse(parseJson(ended.body));
  const said = parsed.success ? parsed.data : undefined;
  const text = textOf([said?.message, ...(said?.errors ?? [])]);
  const comment = `HTTP ${status}${text === undefined ? '' : `: ${text}`}`;
  if (status >= 200 && status < 300) {
    if (said?.results !== undefined) return answered(said.results, commandIds);
    if (said?.success === false) return { kind: 'refused', reason: `success_false: ${text ?? 'without a reason'}` };
    return { kind: 'unavailable', comment: `${comment} without the result of any command` };
  }
  const isPlatforms = said !== undefined && (said.success === false || said.errors.length > 0);
  // A proxy's or a firewall's word is none on the events. Of a body that is too large it is the usual one, and halves may pass.
  if (REQUEST_REFUSED.has(status) && !isPlatforms && status !== 413) {
    return { kind: 'unavailable', comment: `${comment}, which is no answer of the platform` };
  }
  if (REQUEST_REFUSED.has(status)) return { kind: 'refused', reason: `http_${status}: ${text ?? 'without a reason'}` };
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const retryAfterMs = parseRetryAfter(retryAfter, now);
    return { kind: 'unavailable', comment, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  return { kind: 'no_access', comment };
}

function answered(results: readonly (z.infer<typeof result> | null)[], commandIds: readonly string[]): TrackingAnswer {
  const byId = new Map<string, CommandResult>();
  for (const [index, each] of results.entries()) {
    const commandId = each?.command_id ?? commandIds[index];
    if (each === null || commandId === undefined) continue;
    const text = textOf(each.errors);
    if (!each.success && MISSING_PERMISSION.test(text ?? '')) return { kind: 'no_access', comment: text ?? '' };
    byId.set(
      commandId,
      each.success ? { kind: 'taken' } : { kind: 'refused', reason: `success_false: ${text ?? 'without a reason'}` },
    );
  }
  return { kind: 'answered', results: byId };
}

/** The platform may quote the event, so numbers are masked. */
function textOf(parts: readonly unknown[]): string | undefined {
  const texts = parts
    .filter((part) => part !== undefined)
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)));
  return safeText(texts.join('; '));
}
