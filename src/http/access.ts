/** Who may call what. */
import type { Actor, KeyHolder, Role } from '../settings/index.ts';

/**
 * What a route asks of its caller: a role in the project, the deployment key, or nothing. `sinch`: the callback proves
 * itself to the webhook.
 */
export type Access = Role | 'deployment' | 'public' | 'sinch';

/** Who makes a request. */
export type Caller = { kind: 'deployment' } | ({ kind: 'key' } & KeyHolder);

const RANK: Readonly<Record<Role, number>> = { viewer: 1, sender: 2, admin: 3 };

/** Whether the caller may call a route; which project it is about is another question. */
export function mayCall(caller: Caller, access: Access): boolean {
  // The deployment key makes projects, and there may be no other key yet: it is an admin of each.
  if (caller.kind === 'deployment' || access === 'public' || access === 'sinch') return true;
  return access !== 'deployment' && RANK[caller.role] >= RANK[access];
}

/** Whether the caller has anything to do with the project. */
export function knowsProject(caller: Caller, projectId: string): boolean {
  return caller.kind === 'deployment' || caller.projectId === projectId;
}

/** The caller as the audit log names them. */
export function actorOf(caller: Caller): Actor {
  return caller.kind === 'deployment' ? { kind: 'deployment' } : { kind: 'key', keyId: caller.keyId };
}

/** For the person who was refused. */
export function explainRefusal(caller: Caller, access: Access, route: string): string {
  if (access === 'deployment') {
    return `${route} needs the deployment key (SINCH_API_KEY of the server); keys of projects cannot do it`;
  }
  const role = caller.kind === 'key' ? caller.role : 'deployment';
  return `${route} needs the role ${access}, and this key has the role ${role}: use a key with the role ${access}, which an admin of the project can make`;
}
