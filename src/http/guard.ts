/** Lets a request pass to its route, or refuses it; every refusal is logged. */
import type { Log } from '../contract/log.ts';
import { type Access, type Caller, explainRefusal, knowsProject, mayCall } from './access.ts';
import { type CallerOf, keyOf } from './credentials.ts';
import type { FailedLogIns } from './failed-log-ins.ts';
import { Problem } from './problem.ts';
import { within } from './within.ts';

/** A request at the door. */
export interface Visit {
  headers: Headers;
  /** Where it comes from. */
  address: string;
  /** As the table of routes has it: `GET /v1/projects/{projectId}/messages`. */
  route: string;
  access: Access;
  /** Of the path. */
  projectId?: string | undefined;
  deadlineMs: number;
}

/**
 * Tells who calls. `undefined` where anybody may.
 * @throws Problem `unauthenticated`, `unknown_project` or `forbidden`; what `callerOf` throws
 */
export type Guard = (visit: Visit) => Promise<Caller | undefined>;

export function createGuard(deps: { callerOf: CallerOf; failedLogIns: FailedLogIns; log: Log }): Guard {
  const { callerOf, failedLogIns, log } = deps;

  async function logIn({ headers, address, route, access, deadlineMs }: Visit): Promise<Caller> {
    const key = keyOf(headers);
    const caller = key === undefined ? undefined : await within(deadlineMs, callerOf(key));
    if (caller) return caller;
    log.warn(
      { address, route, needs: access, given: key === undefined ? 'no key' : 'a wrong key' },
      'Refused a log-in',
    );
    if (key !== undefined) await failedLogIns.slow(address);
    throw new Problem(
      'unauthenticated',
      'Send the API key as `Authorization: Bearer`, as `X-Api-Key`, or as the password of HTTP Basic',
    );
  }

  return async (visit) => {
    const { access, route, projectId } = visit;
    if (access === 'public' || access === 'sinch') return undefined;
    const caller = await logIn(visit);
    const who = caller.kind === 'key' ? { keyId: caller.keyId, ofProject: caller.projectId } : { keyId: caller.kind };
    // Before the role: what a key may do in its own project tells nothing of another one.
    if (projectId !== undefined && !knowsProject(caller, projectId)) {
      log.warn({ ...who, route, needs: access, projectId: projectId.slice(0, 32) }, 'Refused a key of another project');
      throw unknownProject(projectId);
    }
    if (!mayCall(caller, access)) {
      const role = caller.kind === 'key' ? caller.role : undefined;
      log.warn({ ...who, route, needs: access, role }, 'Refused a key with too low a role');
      throw new Problem('forbidden', explainRefusal(caller, access, route));
    }
    return caller;
  };
}

/** The same whether the project is not there or not the caller's. */
export function unknownProject(projectId: string): Problem {
  return new Problem('unknown_project', `There is no project ${projectId.slice(0, 32)}`);
}
