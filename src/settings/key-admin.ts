import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { ulid } from 'ulid';
import { apiKeys, createCoalescer, StoreError } from '../db/index.ts';
import { type AdminContext, projectRowOf } from './admin-context.ts';
import { pageOf, positionOf, rowsToRead } from './pages.ts';
import { newKeyBody } from './settings-bodies.ts';
import { invalid, parseBody } from './settings-body.ts';
import { type ApiKeyView, type KeyHolder, type SettingsAdmin, SettingsError } from './settings-admin.ts';

/** Begins every key, so that people and scanners for secrets know one when they see it. */
const PREFIX = 'ts_';

const KEY_BYTES = 24;

const KEY = /^ts_[A-Za-z0-9_-]{32}$/;

/** Keys asked for at the same time share a statement. */
const MOST_KEYS_AT_ONCE = 500;

/** A key's last use is noted at most this often, in milliseconds. */
const NOTE_USE_MS = 60_000;

type KeyRow = typeof apiKeys.$inferSelect;

/** API keys of projects. */
export function createKeyAdmin({
  read,
  change,
  now,
}: AdminContext): Pick<SettingsAdmin, 'createKey' | 'keys' | 'revokeKey' | 'holderOf'> {
  const lookUps = createCoalescer<string, KeyRow | undefined>({
    maxItems: MOST_KEYS_AT_ONCE,
    isolate: (error) => error instanceof StoreError && error.code === 'store_refused',
    async write(hashes) {
      const rows = await read('Looking for an API key', (orm) =>
        orm
          .select()
          .from(apiKeys)
          .where(inArray(apiKeys.keyHash, [...new Set(hashes)])),
      );
      return hashes.map((hash) => rows.find(({ keyHash }) => isSame(keyHash, hash)));
    },
  });
  /** When this process noted a use of each key, in milliseconds since 1970. */
  const noted = new Map<string, number>();

  /** In the background: whoever uses a key does not wait for it, and it may fail. */
  function noteUse({ id, lastUsedAt }: KeyRow, at: Date): void {
    const last = Math.max(noted.get(id) ?? -Infinity, lastUsedAt === null ? -Infinity : Date.parse(lastUsedAt));
    if (at.getTime() - last < NOTE_USE_MS) return;
    noted.set(id, at.getTime());
    const lastUse = at.toISOString();
    read('Noting the use of an API key', (orm) =>
      orm
        .update(apiKeys)
        .set({ lastUsedAt: sql`greatest(${apiKeys.lastUsedAt}, ${sql.param(lastUse, apiKeys.lastUsedAt)})` })
        .where(eq(apiKeys.id, id)),
    ).catch(() => undefined);
  }

  return {
    async createKey(actor, projectId, body) {
      const attempted = `The key of project ${projectId} was not created`;
      const { name, role, expiresAt } = parseBody(newKeyBody, body, attempted);
      if (expiresAt !== undefined && Date.parse(expiresAt) <= now().getTime()) {
        throw invalid(attempted, [{ field: 'expiresAt', message: 'has to be in the future' }]);
      }
      const key = `${PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`;
      return change('Creating an API key', async ({ orm, at, note }) => {
        await projectRowOf(orm, projectId);
        const id = ulid(Date.parse(at));
        const [row] = await orm
          .insert(apiKeys)
          .values({ id, projectId, name, role, keyHash: hashOf(key), createdAt: at, expiresAt: expiresAt ?? null })
          .returning();
        if (!row) throw new Error('An insert gives the row back');
        const view = viewOf(row);
        const { expiresAt: end } = view;
        note({
          actor,
          projectId,
          action: 'key.created',
          subject: id,
          after: { name, role, ...(end === undefined ? {} : { expiresAt: end }) },
        });
        return { ...view, key };
      });
    },
    async keys(projectId, query) {
      const limit = rowsToRead(query);
      const after = positionOf(query);
      return read('Listing API keys', async (orm) => {
        await projectRowOf(orm, projectId);
        const rows = await orm
          .select()
          .from(apiKeys)
          .where(and(eq(apiKeys.projectId, projectId), after === undefined ? undefined : lt(apiKeys.id, after)))
          .orderBy(desc(apiKeys.id))
          .limit(limit);
        return pageOf(rows, query, ({ id }) => id, rows.map(viewOf));
      });
    },
    async revokeKey(actor, projectId, keyId) {
      return change('Revoking an API key', async ({ orm, at, note }) => {
        const isKey = and(eq(apiKeys.projectId, projectId), eq(apiKeys.id, keyId));
        const [row] = await orm.select().from(apiKeys).where(isKey).for('update');
        if (!row) throw new SettingsError('unknown_key', `Project ${projectId} has no API key ${keyId}`);
        if (row.revokedAt !== null) return viewOf(row);
        await orm.update(apiKeys).set({ revokedAt: at }).where(isKey);
        note({ actor, projectId, action: 'key.revoked', subject: keyId, after: { revokedAt: at } });
        return viewOf({ ...row, revokedAt: at });
      });
    },
    async holderOf(key): Promise<KeyHolder | undefined> {
      // What cannot be a key of ours costs no statement.
      if (!KEY.test(key)) return undefined;
      const row = await lookUps.add(hashOf(key));
      const at = now();
      if (!row || row.revokedAt !== null) return undefined;
      if (row.expiresAt !== null && Date.parse(row.expiresAt) <= at.getTime()) return undefined;
      noteUse(row, at);
      return { keyId: row.id, projectId: row.projectId, role: row.role };
    },
  };
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** In the same time wherever they differ. */
function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function viewOf({ id, name, role, createdAt, expiresAt, revokedAt, lastUsedAt }: KeyRow): ApiKeyView {
  return {
    id,
    name,
    role,
    createdAt,
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(revokedAt === null ? {} : { revokedAt }),
    ...(lastUsedAt === null ? {} : { lastUsedAt }),
  };
}
