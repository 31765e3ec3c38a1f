import { createHttpCaller } from './http-caller.ts';
import { expect } from './steps.ts';

/** The keys of a project, and one of another project. */
export interface Keys {
  viewer: string;
  sender: string;
  admin: string;
  ofAnotherProject: string;
}

/** As far as it is read here. */
interface OpenApi {
  paths: Record<string, Record<string, { 'x-access'?: string }>>;
}

const ROLES = ['viewer', 'sender', 'admin'] as const;

/**
 * Calls every route of the API document with no key, with each key whose role is too low, and with another project's
 * key. @returns how many refusals were right
 * @throws StepFailure that names the route which let somebody in
 */
export async function checkRefusals(base: string, projectId: string, keys: Keys): Promise<number> {
  const document = await createHttpCaller(base).ok<OpenApi>('GET', '/openapi.json');
  let checked = 0;
  for (const [template, operations] of Object.entries(document.paths)) {
    for (const [method, { 'x-access': access = '' }] of Object.entries(operations)) {
      if (access === 'public' || access === 'sinch') continue;
      const path = template.replace('{projectId}', projectId).replaceAll(/\{\w+\}/g, 'x');
      const tooLow = access === 'deployment' ? ROLES : ROLES.slice(0, ROLES.indexOf(access as (typeof ROLES)[number]));
      const attempts: readonly (readonly [string | undefined, readonly number[]])[] = [
        [undefined, [401]],
        ...tooLow.map((role) => [keys[role], [403]] as const),
        ...(template.includes('{projectId}') ? [[keys.ofAnotherProject, [403, 404]] as const] : []),
      ];
      for (const [key, expected] of attempts) {
        const body = method === 'get' || method === 'delete' ? undefined : {};
        const { status } = await createHttpCaller(base, key).call(method.toUpperCase(), path, body);
        expect(
          expected.includes(status),
          `${method.toUpperCase()} ${template} answered ${status} where ${expected.join(' or ')} was right`,
        );
        checked += 1;
      }
    }
  }
  return checked;
}
