#!/usr/bin/env bash
# PGlite that is started with fsync=on says fsync=on and synchronous_commit=on, and asks the operating system for no sync at
# all: what it has committed outlives the process, not a power cut.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @electric-sql/pglite@0.5.16

cat >probe.mjs <<'PROBE'
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const calls = { sync: 0, write: 0 };
const watch = (host, name, kind) => {
  const original = host[name];
  host[name] = function (...args) {
    calls[kind] += 1;
    return original.apply(this, args);
  };
};
for (const name of ['fsync', 'fsyncSync', 'fdatasync', 'fdatasyncSync']) watch(fs, name, 'sync');
for (const name of ['fsync', 'fdatasync', 'datasync', 'sync']) if (name in fs.promises) watch(fs.promises, name, 'sync');
for (const name of ['write', 'writeSync', 'writev', 'writevSync']) watch(fs, name, 'write');
syncBuiltinESMExports();

const { PGlite } = await import('@electric-sql/pglite');
const { version } = JSON.parse(fs.readFileSync('node_modules/@electric-sql/pglite/package.json', 'utf8'));
// Its own parameters turn fsync off; here it is turned on.
const startParams = [...PGlite.defaultStartParams.filter((each) => each !== '-F'), '-c', 'fsync=on'];
const db = await PGlite.create('./data', { startParams });
const setting = async (name) => (await db.query(`SHOW ${name}`)).rows[0][name];
await db.exec('CREATE TABLE ledger (id int PRIMARY KEY)');
const before = { ...calls };
for (let id = 0; id < 20; id += 1) await db.query('INSERT INTO ledger VALUES ($1)', [id]);
await db.exec('CHECKPOINT');
const seen = { writes: calls.write - before.write, syncs: calls.sync - before.sync };
const settings = { fsync: await setting('fsync'), synchronous_commit: await setting('synchronous_commit') };
await db.close();
console.log(`@electric-sql/pglite ${version} on Node.js ${process.version}`);
console.log(`settings as PostgreSQL states them: ${JSON.stringify(settings)}`);
console.log(`20 commits and a checkpoint: ${seen.writes} writes to files, ${seen.syncs} syncs`);
if (settings.fsync !== 'on' || seen.writes === 0 || seen.syncs !== 0) {
  console.error('This has changed: commits are synced now, or could not be watched.');
  process.exit(1);
}
PROBE
node probe.mjs
