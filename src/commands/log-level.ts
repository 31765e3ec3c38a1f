import type { Logger } from 'pino';
import { createLogger, LOG_FORMATS, LOG_LEVELS } from '../log.ts';
import { CommandError } from './command-error.ts';

/** The log of a command that a person looks at: warnings and errors, unless LOG_LEVEL says otherwise. */
export function logOf(env: NodeJS.ProcessEnv): Logger {
  refuseUnknownFormat(env);
  const wanted = env['LOG_LEVEL'] || 'warn';
  const level = LOG_LEVELS.find((known) => known === wanted);
  if (level !== undefined) return createLogger(level, env);
  throw new CommandError('log_level_unknown', `LOG_LEVEL is ${wanted}; expected one of ${LOG_LEVELS.join(', ')}.`, {
    exitCode: 2,
  });
}

function refuseUnknownFormat(env: NodeJS.ProcessEnv): void {
  const wanted = env['LOG_FORMAT'] || 'json';
  if (LOG_FORMATS.some((known) => known === wanted)) return;
  throw new CommandError('log_format_unknown', `LOG_FORMAT is ${wanted}; expected ${LOG_FORMATS.join(' or ')}.`, {
    exitCode: 2,
  });
}
