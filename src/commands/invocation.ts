/** How our commands are typed where this process was started, so that hints can be typed as they stand. */
import path from 'node:path';

/** What a process tells of its start. */
export interface Started {
  argv: readonly string[];
  execArgv: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
}

const NAME = 'temporal-sinch';

/** Such as `temporal-sinch`, `npx temporal-sinch`, or `node --import tsx src/cli.ts` in a clone. */
export function invocationOf({ argv, execArgv, env, cwd }: Started): string {
  const [, script = ''] = argv;
  if (path.basename(script).replace(/\.(?:cmd|ps1|exe)$/, '') === NAME) {
    // npx runs what a package has installed beside itself, or has just fetched: neither is on the path of a terminal.
    const isNpx = env['npm_command'] === 'exec' || env['npm_lifecycle_event'] === 'npx';
    return isNpx || path.basename(path.dirname(script)) === '.bin' ? `npx ${NAME}` : NAME;
  }
  if (script === '') return NAME;
  const relative = path.relative(cwd, script);
  const place = relative.startsWith('..') ? script : relative;
  return ['node', ...execArgv, place].map(word).join(' ');
}

/** Puts how it is typed here in the place of our name, wherever a command follows it. */
export function asTyped(text: string, invocation: string, commands: readonly string[]): string {
  if (invocation === NAME) return text;
  const command = new RegExp(
    String.raw`(?<![\w/.-])${NAME}(?= (?:${commands.join('|')}|--help|\[options\])(?![\w-]))`,
    'g',
  );
  return text.replace(command, () => invocation);
}

function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
