#!/usr/bin/env bash
# PostgreSQL does not read all times that JavaScript writes and zod takes: it has no year 0000 (1 BC comes before 1 AD), and takes
# the sign of a year beyond 9999, as toISOString() writes it, for that of a time zone, although it keeps times until 294276 AD.
# A request that was checked fails in the database.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund zod@4.1.13 @electric-sql/pglite@0.5.16

cat >probe.mjs <<'PROBE'
import { PGlite } from '@electric-sql/pglite';
import { z } from 'zod';

const db = await PGlite.create();
const { server_version: server } = (await db.query('SHOW server_version')).rows[0];
console.log(`PostgreSQL ${server} (PGlite 0.5.16), zod 4.1.13, Node.js ${process.version}`);
const read = (time) => db.query('SELECT $1::timestamptz', [time]).then(() => 'taken', ({ code, message }) => `${code} ${message}`);

const zero = '0000-01-01T00:00:00Z';
const far = new Date(Date.UTC(10_000, 0, 1)).toISOString();
const seen = {
  [zero]: { zod: z.iso.datetime().safeParse(zero).success, postgresql: await read(zero) },
  [far]: { toISOString: true, postgresql: await read(far) },
  '10000-01-01T00:00:00Z': { postgresql: await read('10000-01-01T00:00:00Z') },
};
console.log(seen);
const isAsSeen =
  seen[zero].zod &&
  seen[zero].postgresql.startsWith('22008') &&
  seen[far].postgresql.startsWith('22009') &&
  seen['10000-01-01T00:00:00Z'].postgresql === 'taken';
if (!isAsSeen) {
  console.error('This has changed.');
  process.exit(1);
}
PROBE
node probe.mjs
