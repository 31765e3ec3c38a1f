import type { Logger } from 'pino';
import { createLogger, type LogLevel } from '../config.ts';
import { CommandError } from './command-error.ts';

const LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'];

/** The log of a command that a person looks at: warnings and errors, unless LOG_LEVEL says otherwise. */
export function logOf(env: NodeJS.ProcessEnv): Logger {
  const wanted = env['LOG_LEVEL'] || 'warn';
  const level = LEVELS.find((known) => known === wanted);
  if (level !== undefined) return createLogger(level);
  throw new CommandError('log_level_unknown', `LOG_LEVEL is ${wanted}; expected one of ${LEVELS.join(', ')}.`, {
    exitCode: 2,
  });
}
