import { z } from 'zod';
import { allowPrivateHosts, integrationRules, must, projectRules, publicUrl } from './settings-rules.ts';

const { id, servicePlanId, apiToken, ...rest } = integrationRules;

const integration = z
  .strictObject(rest, must('has to be an integration { id, servicePlanId, region, apiToken, … }'))
  .partial()
  .extend({ id, servicePlanId, apiToken });

const project = z
  .strictObject(projectRules, must('has to be a project { id, integrations }'))
  .partial()
  .extend({
    id: projectRules.id,
    integrations: z.array(integration, must('has to be a list of integrations')),
  });

/** The options of `staticSettings`, each by itself; what holds between them is checked where they are put together. */
export const staticSettingsSchema = z.strictObject(
  {
    publicUrl: publicUrl.optional(),
    allowPrivateHosts: allowPrivateHosts.optional(),
    projects: z.array(project, must('has to be a list of projects')).min(1, must('has to hold at least one project')),
  },
  must('have to be an object { publicUrl?, allowPrivateHosts?, projects }'),
);

/** The options after their check. */
export type ParsedOptions = z.output<typeof staticSettingsSchema>;
export type ParsedProject = ParsedOptions['projects'][number];
export type ParsedIntegration = ParsedProject['integrations'][number];
