import type { ProjectSettings, Settings, SettingsAdmin } from '../settings/index.ts';
import { unknownProject } from './guard.ts';
import { Problem } from './problem.ts';

/** @throws Problem `unknown_project` */
export async function projectOf(settings: Pick<Settings, 'project'>, projectId: string): Promise<ProjectSettings> {
  const project = await settings.project(projectId);
  if (!project) throw unknownProject(projectId);
  return project;
}

/** @throws Problem `settings_are_static` */
export function adminOf({ admin }: { admin?: SettingsAdmin }): SettingsAdmin {
  if (admin) return admin;
  throw new Problem(
    'settings_are_static',
    'The settings of this server come from its environment or from a file: change them there and start it again, or ' +
      'start it without SINCH_SERVICE_PLAN_ID and SINCH_SETTINGS_FILE to keep them in the database',
  );
}
