/** Who may call what. */
import type { Actor, KeyHolder, Role } from '../settings/index.ts';

/**
 * What a route asks of its caller: a role in the project, the deployment key, the key that is for one purpose alone (or
 * the deployment key), or nothing. `sinch`: the callback proves itself to the webhook.
 */
export type Access = Role | 'deployment' | Purpose | 'public' | 'sinch';

/** What a key may be for that is none of a project: scraping metrics, or having payloads of Temporal decrypted. */
export type Purpose = 'metrics' | 'codec';

/** Who makes a request. */
export type Caller = { kind: 'deployment' } | { kind: 'purpose'; purpose: Purpose } | ({ kind: 'key' } & KeyHolder);

const RANK: Readonly<Record<Role, number>> = { viewer: 1, sender: 2, admin: 3 };

const KEYS: Readonly<Record<Purpose, string>> = { metrics: 'METRICS_KEY', codec: 'CODEC_KEY' };
const ROUTES: Readonly<Record<Purpose, string>> = { metrics: 'GET /metrics', codec: 'POST /codec' };

function isPurpose(access: Access): access is Purpose {
  return access in KEYS;
}

/** Whether the caller may call a route; which project it is about is another question. */
export function mayCall(caller: Caller, access: Access): boolean {
  // The deployment key makes projects, and there may be no other key yet: it is an admin of each.
  if (caller.kind === 'deployment' || access === 'public' || access === 'sinch') return true;
  if (isPurpose(access)) return caller.kind === 'purpose' && caller.purpose === access;
  return caller.kind === 'key' && access !== 'deployment' && RANK[caller.role] >= RANK[access];
}

/** Whether the caller has anything to do with the project. */
export function knowsProject(caller: Caller, projectId: string): boolean {
  return caller.kind === 'deployment' || (caller.kind === 'key' && caller.projectId === projectId);
}

/** The caller as the audit log names them; keys for one purpose change nothing. */
export function actorOf(caller: Caller): Actor {
  return caller.kind === 'key' ? { kind: 'key', keyId: caller.keyId } : { kind: 'deployment' };
}

/** For the person who was refused. */
export function explainRefusal(caller: Caller, access: Access, route: string): string {
  if (access === 'deployment') {
    return `${route} needs the deployment key (SINCH_API_KEY of the server); keys of projects cannot do it`;
  }
  if (isPurpose(access)) {
    return `${route} needs ${KEYS[access]} or the deployment key of the server; keys of projects cannot do it`;
  }
  if (caller.kind === 'purpose') {
    return `${route} needs the role ${access}; ${KEYS[caller.purpose]} is for ${ROUTES[caller.purpose]} alone`;
  }
  const role = caller.kind === 'key' ? caller.role : 'deployment';
  return `${route} needs the role ${access}, and this key has the role ${role}: use a key with the role ${access}, which an admin of the project can make`;
}
