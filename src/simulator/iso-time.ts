const ISO_TIME = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;

/** An ISO 8601 time as milliseconds since the epoch; without an offset it is UTC. `undefined` where it is none. */
export function parseIsoTime(value: string): number | undefined {
  const [, date, time = '00:00', offset = 'Z'] = ISO_TIME.exec(value) ?? [];
  if (date === undefined) return undefined;
  const ms = Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** As answers and reports write times: UTC with milliseconds. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** As operators' times are written: the full minute, without milliseconds. */
export function isoMinute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length)}:00Z`;
}
