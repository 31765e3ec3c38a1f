/** Which ports a stack takes: those that were asked for, else those of its last start, else free ones. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { findFreePorts } from './free-ports.ts';
import { StackError } from './stack-error.ts';
import type { StackPorts } from './stack-file.ts';
import type { StackOptions } from './stack-options.ts';

/** The ports of a stack that is about to start. */
export type ChosenPorts = Record<(typeof PARTS)[number], number>;

const WHAT = {
  http: { name: 'the HTTP API', option: '--port' },
  temporal: { name: "Temporal's own API", option: '--temporal-port' },
  ui: { name: "Temporal's web UI", option: '--ui-port' },
} as const;

/**
 * Chooses them, all different. They are free, not reserved.
 * @param kept of the last start
 * @param notice hears of one that is another than the last time, in a sentence
 * @throws StackError `port_taken` where one that was asked for is taken
 */
export async function chooseStackPorts(
  ip: string,
  { port, temporalPort, uiPort }: Pick<StackOptions, 'port' | 'temporalPort' | 'uiPort'>,
  kept: StackPorts,
  notice: (sentence: string) => void,
): Promise<ChosenPorts> {
  const asked: StackPorts = { http: port, temporal: temporalPort, ui: uiPort };
  const chosen: StackPorts = {};
  const free = await findFreePorts(ip, 3);
  for (const part of PARTS) {
    const wanted = asked[part];
    if (wanted === undefined) continue;
    if (!(await isFree(ip, wanted))) throw taken(ip, wanted, WHAT[part].option);
    chosen[part] = wanted;
  }
  for (const part of PARTS) {
    if (chosen[part] !== undefined) continue;
    const before = kept[part];
    const isOurs = before !== undefined && Object.values(chosen).includes(before);
    if (before !== undefined && !isOurs && (await isFree(ip, before))) {
      chosen[part] = before;
      continue;
    }
    const other = free.find((each) => !Object.values(chosen).includes(each)) ?? 0;
    chosen[part] = other;
    if (before === undefined) continue;
    notice(
      `Port ${before}, where ${WHAT[part].name} was the last time, is taken by another program: from now on it is at ${other}.`,
    );
  }
  const { http = 0, temporal = 0, ui = 0 } = chosen;
  return { http, temporal, ui };
}

const PARTS = ['http', 'temporal', 'ui'] as const;

/** The error of a port that was asked for. */
export function taken(ip: string, port: number, option: string, cause?: unknown): StackError {
  return new StackError(
    'port_taken',
    `Port ${port} of ${ip} is taken by another program. Give another one with ${option}, or none to have a free one chosen.`,
    cause === undefined ? {} : { cause },
  );
}

async function isFree(ip: string, port: number): Promise<boolean> {
  const listener = createServer();
  try {
    listener.listen(port, ip);
    await once(listener, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    listener.close();
  }
}
