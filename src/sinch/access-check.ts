import { ProxyError } from '../hosts/index.ts';
import { isStrangers, networkCodeOf } from './classify-answer.ts';
import { parseJson, readErrorText } from './error-text.ts';
import type { Exchange } from './exchange.ts';
import { batchPage } from './schemas.ts';
import { describeStranger } from './stranger.ts';

/** What kept a request from its answer. */
export type NetworkFault = 'not_allowed' | 'proxy' | 'dns' | 'refused' | 'tls' | 'timeout' | 'broken_off' | 'other';

/** Whether Sinch lets a plan's token in. */
export type AccessCheck =
  | { kind: 'admitted'; statusCode: number }
  /** An answer that is neither a list of batches nor an error of Sinch's; `comment` tells what can be seen of its author. */
  | { kind: 'not_sinch'; statusCode: number; comment: string }
  | { kind: 'answered'; statusCode: number; error?: string; comment?: string }
  /** `comment`: what a proxy on the way did. */
  | { kind: 'unreachable'; fault: NetworkFault; code: string; comment?: string };

/** Reads the end of GET /batches. */
export function readAccess(result: Exchange): AccessCheck {
  if (result.kind === 'failure') {
    const code = networkCodeOf(result.error);
    const said = result.error instanceof ProxyError ? { comment: result.error.message } : {};
    return { kind: 'unreachable', fault: faultOf(code), code, ...said };
  }
  const { status: statusCode, body } = result;
  if (statusCode >= 200 && statusCode < 300) {
    if (batchPage.safeParse(parseJson(body)).success) return { kind: 'admitted', statusCode };
    return { kind: 'not_sinch', statusCode, comment: describeStranger(result) };
  }
  if (isStrangers(result)) return { kind: 'not_sinch', statusCode, comment: describeStranger(result) };
  const { code, comment } = readErrorText(body);
  return {
    kind: 'answered',
    statusCode,
    ...(code === undefined ? {} : { error: code }),
    ...(comment === undefined ? {} : { comment }),
  };
}

/** Codes of Node, of OpenSSL and of undici. */
const FAULTS: readonly (readonly [NetworkFault, RegExp])[] = [
  ['not_allowed', /^host_not_allowed$/],
  ['proxy', /^proxy_failed$/],
  ['dns', /^(?:ENOTFOUND|EAI_\w+|ENODATA)$/],
  ['refused', /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/],
  ['timeout', /^(?:DEADLINE_EXCEEDED|ETIMEDOUT|UND_ERR_\w*TIMEOUT)$/],
  ['tls', /CERT|^(?:ERR_TLS|ERR_SSL)|^(?:EPROTO|HOSTNAME_MISMATCH|UNABLE_TO_\w+)$/],
  ['broken_off', /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/],
];

function faultOf(code: string): NetworkFault {
  return FAULTS.find(([, pattern]) => pattern.test(code))?.[0] ?? 'other';
}
