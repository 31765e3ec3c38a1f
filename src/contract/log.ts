/**
 * Where a part tells what a person has to know. The shape of pino's loggers, so that one fits as it is. Fields never
 * hold a text, a token or a whole phone number.
 */
export interface Log {
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}
