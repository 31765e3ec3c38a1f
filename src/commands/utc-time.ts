/** `2026-11-24 14:02:07 UTC` */
export function utcTime(time: string): string {
  const iso = new Date(time).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
