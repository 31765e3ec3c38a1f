/** Our logs: JSON lines for machines, readable ones for whoever sits at a terminal. */
import { type DestinationStream, type Logger, pino } from 'pino';

/** What a log may hold at least. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;

/** How much is logged. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How a line looks. */
export const LOG_FORMATS = ['json', 'text'] as const;

/** Where lines go: `process.stderr` fits. */
export type LogOutput = DestinationStream & { readonly isTTY?: boolean };

/**
 * A logger of ours, to standard error, so that standard output stays an answer.
 * @param env `LOG_FORMAT`, json or text (default: text on a terminal, else json); `NO_COLOR` leaves colours out
 */
export function createLogger(
  level: LogLevel,
  env: Readonly<Record<string, string | undefined>> = {},
  output: LogOutput = process.stderr,
): Logger {
  const isTerminal = output.isTTY === true;
  const format = env['LOG_FORMAT'] || (isTerminal ? 'text' : 'json');
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (format === 'json') return pino(options, output === process.stderr ? pino.destination(2) : output);
  const colours = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return pino(options, {
    write(line) {
      output.write(`${readableLine(line, colours)}\n`);
    },
  });
}

const LEVELS: Readonly<Record<number, readonly [name: string, colour: number]>> = {
  10: ['TRACE', 2],
  20: ['DEBUG', 2],
  30: ['INFO', 32],
  40: ['WARN', 33],
  50: ['ERROR', 31],
  60: ['FATAL', 31],
};

/** `16:19:27 WARN  The message  key=value`, in UTC: one line, whatever a value holds. */
function readableLine(line: string, colours: boolean): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const [name, colour] = LEVELS[Number(level)] ?? [String(level), 0];
  const paint = (text: string, code: number): string => (colours ? `\u001B[${code}m${text}\u001B[0m` : text);
  const parts = [
    paint(String(time).slice(11, 19), 2),
    paint(name.padEnd(5), colour),
    ...(typeof msg === 'string' ? [inOneLine(msg)] : []),
    ...Object.entries(fields).map(([key, value]) => `${paint(`${key}=`, 2)}${shown(value)}`),
  ];
  return parts.join(' ');
}

function shown(value: unknown): string {
  const isPlain = typeof value === 'string' && /^[\w.:/@+•-]+$/.test(value);
  return isPlain ? value : inOneLine(JSON.stringify(value));
}

/** What would move the cursor or change colours is shown instead. */
function inOneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- These are what is looked for.
  return text.replace(/[\u0000-\u001F\u007F-\u009F\u2028\u2029]/g, (character) =>
    character === '\n' ? ' ' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
