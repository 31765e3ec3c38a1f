import type { Command } from 'commander';
import type { ListedProjectView } from '../http/index.ts';
import { DEFAULT_DATA_DIR } from '../local/index.ts';
import type { ProjectView } from '../settings/index.ts';
import { createApiClient } from './api-client.ts';
import { type CommandContext, note, print, printJson } from './context.ts';
import { addListCommand } from './list-command.ts';
import { addServerOptions, resolveTarget, type TargetOptions } from './target.ts';
import type { Column } from './text-table.ts';
import { utcTime } from './utc-time.ts';

const DEPLOYMENT_HELP = `
Needs the deployment key, which is SINCH_API_KEY of the server. Where the server is, and the key, come from the first of
these that is there:
  the options --url and --api-key,
  the environment: TEMPORAL_SINCH_URL, SINCH_API_KEY,
  ${DEFAULT_DATA_DIR}/stack.json, which a running \`temporal-sinch up\` keeps up to date.`;

const PROJECTS: readonly Column<ListedProjectView>[] = [
  { title: 'project', cell: ({ id }) => id },
  { title: 'name', cell: ({ id, name }) => (name === id ? '' : name) },
  { title: 'made', cell: ({ createdAt }) => (createdAt === undefined ? '' : utcTime(createdAt)) },
];

/** `projects`: tenants of the engagement platform. */
export function addProjectsCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('projects')
    .summary('projects of the engagement platform: list, create')
    .description('Projects of the engagement platform: each has its own integrations, senders, keys and messages.')
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch projects list\n  temporal-sinch projects create shop --name "The shop"\n  temporal-sinch projects create shop --json\n${DEPLOYMENT_HELP}`,
    );
  addListCommand<ListedProjectView>(command, context, {
    name: 'list',
    fullName: 'projects list',
    summary: 'list the projects that the key has to do with',
    description: "Lists projects by their ids: the key's own, or with the deployment key all of them.",
    path: '/projects',
    below: 'deployment',
    list: 'projects',
    columns: PROJECTS,
    none: 'There is no project. Make one with: temporal-sinch projects create <id>',
  });
  const create = command
    .command('create')
    .summary('make a project')
    .description('Makes a project. Then make its first admin a key, and add an integration.')
    .argument('<id>', '1 to 32 of a-z, 0-9 and -')
    .option('--name <name>', 'for people (default: the id)')
    .option('--json', 'the project as one line of JSON');
  addServerOptions(create)
    .addHelpText(
      'after',
      `\nExamples:\n  temporal-sinch projects create shop --name "The shop"\n  temporal-sinch projects create shop --json\n${DEPLOYMENT_HELP}`,
    )
    .action(async (id: string, options: Omit<TargetOptions, 'project'> & { name?: string; json?: boolean }) => {
      const target = await resolveTarget({ ...options, project: id }, context.env);
      const { name } = options;
      const api = createApiClient(target, 'deployment');
      const created = await api.post<ProjectView>('/projects', { id, ...(name === undefined ? {} : { name }) });
      if (options.json) return printJson(context, created);
      print(context, `Project ${created.id} was made.`);
      note(context, `Next: temporal-sinch keys create "First admin" --role admin --project ${created.id}`);
      note(context, `      temporal-sinch integrations add --project ${created.id}`);
    });
}
