import type { Log } from '../contract/log.ts';
import { reasonOf } from '../contract/reason.ts';
import { asStoreErrors, type Database, type Keyring, KeyringError, StoreError } from '../db/index.ts';
import { type AllowPrivateHosts, createHostRules } from '../hosts/index.ts';
import { checkedPublicUrl } from './checked-public-url.ts';
import { forgetArchivedSecrets } from './forget-archived-secrets.ts';
import { type LoadedSettings, loadSettings, type Read, readVersion } from './load-settings.ts';
import type { Settings } from './settings.ts';
import type { ExporterSettings } from './exporter-settings.ts';

/** Options of `sqlSettings`. */
export interface SqlSettingsOptions {
  /**
   * Where the webhook can be reached from the internet, with the path it is mounted below; callback URLs are made of it
   * where an integration has none of its own. HTTPS, except on this machine.
   */
  publicUrl?: string;
  /**
   * Hosts of this machine and of private networks that may be reached: `true` for all, or a list of names, addresses and
   * networks. Base URLs, and media URLs of requests, may name no other one.
   * @default false: those of the internet alone
   */
  allowPrivateHosts?: AllowPrivateHosts;
  /** Told once when the settings cannot be read, and of what no key decrypts. @default silent */
  log?: Log;
  /** How often the database is asked whether anything has changed, in milliseconds; above 0. @default DEFAULT_REFRESH_MS */
  refreshMs?: number;
  /** The clock that archived integrations end by. @default the system's */
  now?: () => Date;
}

/** The settings of the database, held in memory. */
export interface SqlSettings extends Settings, AsyncDisposable {
  /** Where the project's campaign events leave to, or `undefined` where it has no exporter. */
  exporter(projectId: string): Promise<ExporterSettings | undefined>;
  /** All exporters, enabled or not. */
  exporters(): Promise<readonly ExporterSettings[]>;
  /**
   * Reads what has changed by now.
   * @throws StoreError; what was read before stays
   */
  refresh(): Promise<void>;
  /** Ends the reading; what was read last is still answered. May be called more than once. */
  close(): Promise<void>;
}

/** Twice a second: with the second in which send workers follow, a change holds well within 2. */
export const DEFAULT_REFRESH_MS = 500;

/** How often it is looked for archived integrations whose credentials nobody needs any more, in milliseconds. */
const FORGET_MS = 60 * 60 * 1000;

/**
 * The settings that admins keep in the database. They are read at the first question and from then on whenever they have
 * changed, which takes `refreshMs` to be noticed. While the database is away what was read last is answered: sending goes
 * on, and webhooks still verify. Every method throws `StoreError` as long as nothing could ever be read, and
 * `KeyringError` for what no key decrypts; lists leave that out.
 * @throws TypeError where an option is wrong.
 */
export function sqlSettings(database: Database, keyring: Keyring, options: SqlSettingsOptions = {}): SqlSettings {
  const { allowPrivateHosts, log, refreshMs = DEFAULT_REFRESH_MS, now = () => new Date() } = options;
  createHostRules(allowPrivateHosts);
  const publicUrl = checkedPublicUrl('sqlSettings', options.publicUrl);
  if (!(refreshMs > 0)) throw new TypeError(`sqlSettings: refreshMs has to be above 0; received ${refreshMs}.`);

  let loaded: LoadedSettings | undefined;
  let reading: Promise<LoadedSettings> | undefined;
  let next: Promise<LoadedSettings> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let away = false;
  let forgotAt = -Infinity;
  let undecryptable = new Set<string>();

  /** One reading at a time. Who comes during one gets the next: it sees what he has just written. */
  function read(): Promise<LoadedSettings> {
    if (!reading) return start();
    next ??= reading.then(start, start);
    return next;
  }

  function start(): Promise<LoadedSettings> {
    next = undefined;
    reading = readChanges().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function readChanges(): Promise<LoadedSettings> {
    try {
      const version = await asStoreErrors('Asking whether settings have changed', () => readVersion(database.orm));
      if (loaded?.version !== version) {
        loaded = await asStoreErrors('Reading the settings', () => loadSettings(database, { keyring, publicUrl }));
        tellUndecryptable(loaded);
      }
      away = false;
      return loaded;
    } catch (error) {
      if (!away) tellAway(error);
      away = true;
      throw error;
    }
  }

  function tellAway(error: unknown): void {
    log?.warn(
      { error: reasonOf(error) },
      loaded
        ? 'The settings cannot be read; those read last stay in force until they can'
        : 'The settings cannot be read, and none were read before: nothing can be sent until they can',
    );
  }

  function tellUndecryptable({ integrations, exporters }: LoadedSettings): void {
    const found = new Set<string>();
    const look = (what: string, value: Read<object>): void => {
      if (!(value instanceof KeyringError)) return;
      found.add(what);
      if (!undecryptable.has(what)) {
        log?.error({ error: value.message }, `The secrets of ${what} cannot be decrypted: it cannot be used`);
      }
    };
    for (const [id, { integration }] of integrations) look(`integration ${id}`, integration);
    for (const [projectId, exporter] of exporters) look(`the exporter of project ${projectId}`, exporter);
    undecryptable = found;
  }

  function schedule(): void {
    if (closed || timer !== undefined) return;
    timer = setTimeout(() => {
      void follow().finally(() => {
        timer = undefined;
        schedule();
      });
    }, refreshMs);
    timer.unref();
  }

  async function follow(): Promise<void> {
    try {
      await read();
      if (Date.now() - forgotAt < FORGET_MS) return;
      forgotAt = Date.now();
      await forgetArchivedSecrets(database, keyring, now());
    } catch {
      // A failed reading has warned, and the next turn tries again; what was not forgotten is an hour later.
    }
  }

  async function current(): Promise<LoadedSettings> {
    schedule();
    if (loaded) return loaded;
    if (closed) throw new StoreError('store_unavailable', 'The settings were closed before they could be read');
    return reading ?? start();
  }

  const settings: SqlSettings = {
    ...(allowPrivateHosts === undefined ? {} : { allowPrivateHosts }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    project: async (projectId) => (await current()).projects.get(projectId),
    async integration(integrationId) {
      const found = (await current()).integrations.get(integrationId);
      return found === undefined || found.until <= now().getTime() ? undefined : opened(found.integration);
    },
    async integrations() {
      return [...(await current()).integrations.values()].flatMap(({ integration, archived }) =>
        archived || integration instanceof KeyringError ? [] : [integration],
      );
    },
    async exporter(projectId) {
      const found = (await current()).exporters.get(projectId);
      return found && opened(found);
    },
    async exporters() {
      return [...(await current()).exporters.values()].flatMap((exporter) =>
        exporter instanceof KeyringError ? [] : [exporter],
      );
    },
    async refresh() {
      if (closed) return;
      schedule();
      await read();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await (next ?? reading)?.catch(() => undefined);
    },
    [Symbol.asyncDispose]: () => settings.close(),
  };
  return settings;
}

function opened<T>(value: Read<T>): T {
  if (value instanceof KeyringError) throw value;
  return value;
}
