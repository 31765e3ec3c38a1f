import { setTimeout as sleep } from 'node:timers/promises';
import type { ExportBatchResult, ExportObstacle } from '../contract/export.ts';
import type { Log } from '../contract/log.ts';
import { reasonOf } from '../contract/reason.ts';
import { type Database, type Keyring, StoreError } from '../db/index.ts';
import { type AllowPrivateHosts, createHostRules, createProxies, type ProxySettings } from '../hosts/index.ts';
import { type ActiveExporter, type Claim, createOutbox, LEASE_MS, type Mark } from './outbox.ts';
import { createTrackingApi, MOST_COMMANDS, type TrackingApi } from './tracking-api.ts';
import { departureOf, type OutgoingEvent, type TrackingCommand } from './tracking-event.ts';

/** Sends campaign events to the tracking APIs of the engagement platform, each project's to its own. */
export interface CampaignEventExporter extends AsyncDisposable {
  /**
   * Sends the oldest events of a project that have not left, at most 50 in one request, and notes what became of each.
   * A request that is refused as a whole is divided until the event is found that is to blame.
   *
   * The platform does not look for repeats. Events are sent again only where nothing is known to be taken, or where the
   * process or the database went away between the platform's answer and the note of it: they then carry the same id
   * and time.
   * @param signal ends it between two requests.
   * @throws StoreError
   */
  exportBatch(projectId: string, signal?: AbortSignal): Promise<ExportBatchResult>;
  /** Projects with an exporter that is enabled. @throws StoreError */
  active(): Promise<ActiveExporter[]>;
  /** Ends the connections to the platform. */
  close(): Promise<void>;
}

/** What {@link createCampaignEventExporter} needs. */
export interface CampaignEventExporterOptions {
  /** Stays the caller's. */
  database: Pick<Database, 'orm'>;
  /** Opens the exporters' secrets. */
  keyring: Pick<Keyring, 'decrypt'>;
  /**
   * Hosts of this machine and of private networks that exporters may have; see `AllowPrivateHosts`.
   * @default false: those of the internet alone
   */
  allowPrivateHosts?: AllowPrivateHosts;
  /** Proxies by which exporters are reached; see `ProxySettings`. @default none */
  proxies?: ProxySettings;
  /** Hears when the platform takes no events. */
  log: Log;
}

/** No request begins later than this after the claim, in milliseconds: its answer and the note of it need the rest. */
const LAST_REQUEST_MS = LEASE_MS / 2;

/** No try to note an answer begins later than this after the claim, in milliseconds. */
const LAST_MARK_MS = LEASE_MS - 2_000;

/** Pause before an answer is tried to be noted again, in milliseconds. */
const MARK_AGAIN_MS = 250;

/** The connections of a project, and the settings that they were made for. */
interface Connection {
  madeFor: string;
  api: TrackingApi;
}

/** An event on its way. */
interface Outgoing {
  outgoing: OutgoingEvent;
  command: TrackingCommand;
}

/** Makes the exporter of a process. Several processes may have one: of a project, one batch is on its way at a time. */
export function createCampaignEventExporter(options: CampaignEventExporterOptions): CampaignEventExporter {
  const { keyring, log } = options;
  const rules = createHostRules(options.allowPrivateHosts);
  const proxies = createProxies(options.proxies);
  const outbox = createOutbox(options.database);
  const connections = new Map<string, Connection>();
  const closing = new Set<Promise<void>>();

  /** @throws TypeError or KeyringError where the settings cannot work */
  function apiOf({ exporter }: Claim): TrackingApi {
    const { projectId, baseUrl, projectToken, keyId, keySecret } = exporter;
    const madeFor = JSON.stringify([baseUrl, projectToken, keyId, keySecret]);
    const existing = connections.get(projectId);
    if (existing?.madeFor === madeFor) return existing.api;
    const secret = Buffer.from(keyring.decrypt(keySecret)).toString('utf8');
    const api = createTrackingApi({ baseUrl, projectToken, keyId, keySecret: secret, rules, proxies });
    connections.set(projectId, { madeFor, api });
    if (existing) {
      const closed = existing.api.close().finally(() => closing.delete(closed));
      closing.add(closed);
    }
    return api;
  }

  /** While the note is missing the events count as not sent, so one failure is no reason to leave it at that. */
  async function mark(marks: readonly Mark[], sinceClaim: () => number): Promise<void> {
    for (;;) {
      try {
        return await outbox.mark(marks);
      } catch (error) {
        const again = error instanceof StoreError && error.code === 'store_unavailable';
        if (!again || sinceClaim() + MARK_AGAIN_MS > LAST_MARK_MS) throw error;
        await sleep(MARK_AGAIN_MS);
      }
    }
  }

  /** Sends commands until all are settled, an obstacle is met, or the time of the claim is up. */
  async function sendAll(
    claim: Claim,
    all: readonly Outgoing[],
    sinceClaim: () => number,
    tally: ExportBatchResult,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const api = apiOf(claim);
    const portions = [all];
    for (let portion = portions.shift(); portion !== undefined; portion = portions.shift()) {
      if (tally.requests > 0) await sleep(1000 / claim.exporter.requestsPerSecond);
      if (signal?.aborted === true || sinceClaim() > LAST_REQUEST_MS) {
        tally.more = true;
        return;
      }
      tally.requests += 1;
      const answer = await api.track(portion.map(({ command }) => command));
      switch (answer.kind) {
        case 'answered': {
          const marks = portion.flatMap(({ outgoing, command }): Mark[] => {
            const result = answer.results.get(command.command_id);
            if (result === undefined) return [];
            return [
              result.kind === 'taken'
                ? { outgoing, state: 'exported' }
                : { outgoing, state: 'refused', reason: result.reason },
            ];
          });
          await mark(marks, sinceClaim);
          count(tally, marks);
          const without = portion.length - marks.length;
          if (without > 0) {
            tally.obstacle = { kind: 'unavailable', comment: `${without} of ${portion.length} events got no result` };
            return;
          }
          break;
        }
        case 'refused': {
          const [only] = portion;
          if (portion.length > 1) {
            const half = Math.ceil(portion.length / 2);
            portions.unshift(portion.slice(0, half), portion.slice(half));
          } else if (only) {
            const marks: Mark[] = [{ outgoing: only.outgoing, state: 'refused', reason: answer.reason }];
            await mark(marks, sinceClaim);
            count(tally, marks);
          }
          break;
        }
        case 'unavailable':
        case 'no_access':
          tally.obstacle = answer;
          return;
      }
    }
  }

  async function exportClaimed(claim: Claim, signal: AbortSignal | undefined): Promise<ExportBatchResult> {
    const claimedAt = performance.now();
    const sinceClaim = (): number => performance.now() - claimedAt;
    const { exporter, eventName } = claim;
    const found = await outbox.pending(exporter, MOST_COMMANDS + 1);
    const tally = emptyResult(exporter.requestsPerSecond);
    tally.more = found.length > MOST_COMMANDS;
    const leaving: Outgoing[] = [];
    const settled: Mark[] = [];
    for (const outgoing of found.slice(0, MOST_COMMANDS)) {
      const departure = departureOf(outgoing, { eventName, statusNames: exporter.statusNames });
      if (departure.kind === 'leaves') leaving.push({ outgoing, command: departure.command });
      else if (departure.kind === 'left_out') settled.push({ outgoing, state: 'left_out' });
      else settled.push({ outgoing, state: 'refused', reason: departure.reason });
    }
    await mark(settled, sinceClaim);
    count(tally, settled);
    if (leaving.length > 0) {
      try {
        await sendAll(claim, leaving, sinceClaim, tally, signal);
      } catch (error) {
        if (error instanceof StoreError) throw error;
        // The settings themselves: a base URL that is none, a secret of another keyring.
        tally.obstacle = { kind: 'no_access', comment: reasonOf(error) };
      }
    }
    return tally;
  }

  function report(projectId: string, { kind, comment }: ExportObstacle): void {
    if (kind === 'no_access') {
      log.error(
        { projectId, comment },
        'The engagement platform takes no campaign events with the settings of this exporter: check its key, the permission of the key, project token and base URL. Nothing is lost; it is tried again',
      );
    } else {
      log.warn({ projectId, comment }, 'The engagement platform took no campaign events; they are sent again');
    }
  }

  const exporter: CampaignEventExporter = {
    async exportBatch(projectId, signal) {
      const claim = await outbox.claim(projectId);
      if (claim === undefined) {
        return withObstacle({ kind: 'off', comment: `Project ${projectId} has no exporter that is enabled` });
      }
      if (typeof claim === 'number') {
        const comment = 'Another batch of the project is on its way';
        return withObstacle({ kind: 'busy', comment, retryAfterMs: claim });
      }
      let result: ExportBatchResult;
      try {
        result = await exportClaimed(claim, signal);
      } finally {
        // Where it fails, the claim ends by itself.
        await outbox.release(claim).catch(() => undefined);
      }
      if (result.obstacle) report(projectId, result.obstacle);
      return result;
    },
    active: () => outbox.active(),
    async close() {
      await Promise.all([...closing, ...[...connections.values()].map(({ api }) => api.close())]);
      connections.clear();
    },
    [Symbol.asyncDispose]: () => exporter.close(),
  };
  return exporter;
}

function emptyResult(requestsPerSecond: number): ExportBatchResult {
  return { exported: 0, refused: 0, leftOut: 0, more: false, requests: 0, requestsPerSecond };
}

function withObstacle(obstacle: ExportObstacle): ExportBatchResult {
  return { ...emptyResult(1), obstacle };
}

function count(tally: ExportBatchResult, marks: readonly Mark[]): void {
  for (const { state } of marks) {
    if (state === 'exported') tally.exported += 1;
    else if (state === 'refused') tally.refused += 1;
    else tally.leftOut += 1;
  }
}
