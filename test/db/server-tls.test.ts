/** PostgreSQL that takes connections with TLS alone, its certificate by an authority that nobody else knows. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { databaseUrlOf } from '../../src/config.ts';
import { openDatabase } from '../../src/db/index.ts';
import { serverConnectionOf } from '../../src/db/server-url.ts';
import { withPostgres } from '../helpers/database.ts';
import { findPostgres, type PostgresServer, query, startPostgres } from '../helpers/postgres.ts';

const folder = mkdtempSync(join(tmpdir(), 'temporal-sinch-tls-'));
const at = (name: string): string => join(folder, name);
after(() => rmSync(folder, { recursive: true, force: true }));

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
}

/** Makes an authority. */
function makeAuthority(name: string): void {
  const subject = ['-subj', `/CN=${name}`, '-days', '2'];
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, ...subject);
}

/** Makes a certificate of an authority for names such as `IP:127.0.0.1`. */
function makeCertificate(name: string, authority: string, names: string): { cert: string; key: string } {
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    '-subj',
    `/CN=${name}`,
  );
  writeFileSync(at(`${name}.ext`), `subjectAltName=${names}\n`);
  const by = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial', '-days', '2'];
  openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, '-extfile', `${name}.ext`, ...by);
  return { cert: readFileSync(at(`${name}.crt`), 'utf8'), key: readFileSync(at(`${name}.key`), 'utf8') };
}

async function opens(url: string): Promise<void> {
  await using database = await openDatabase({ url });
  const [row] = (
    (await database.orm.execute('select ssl from pg_stat_ssl where pid = pg_backend_pid()')) as { rows: unknown[] }
  ).rows;
  assert.deepEqual(row, { ssl: true });
}

async function refusalOf(url: string): Promise<string> {
  try {
    await (await openDatabase({ url })).close();
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'database_unreachable', String(error));
    return error.message;
  }
  return assert.fail('expected the connection to be refused');
}

const bin = findPostgres();
describe('a server with a self-made authority', { skip: bin === undefined && 'no PostgreSQL found' }, () => {
  let server: PostgresServer;
  let otherName: PostgresServer;
  let url = '';
  before(async () => {
    makeAuthority('ours');
    makeAuthority('theirs');
    server = await startPostgres(bin ?? '', { tls: makeCertificate('server', 'ours', 'IP:127.0.0.1') });
    otherName = await startPostgres(bin ?? '', { tls: makeCertificate('other', 'ours', 'DNS:db.example') });
    url = await server.createDatabase();
  });
  after(async () => {
    await server?.stop();
    await otherName?.stop();
  });

  for (const mode of ['require', 'prefer', 'verify-ca', 'verify-full']) {
    test(`opens with sslmode=${mode} and sslrootcert, and names it where it is missing or another one`, async () => {
      await opens(`${url}?sslmode=${mode}&sslrootcert=${at('ours.pem')}`);
      for (const wrong of ['', `&sslrootcert=${at('theirs.pem')}`]) {
        assert.match(
          await refusalOf(`${url}?sslmode=${mode}${wrong}`),
          /does not know the authority .* add sslrootcert=.* PGSSLROOTCERT; sslmode=no-verify/,
        );
      }
    });
  }

  test('opens with sslmode=no-verify, which looks at nothing', async () => {
    await opens(`${url}?sslmode=no-verify`);
  });

  test('opens by the variables of PostgreSQL’s own clients', async () => {
    const env = { DATABASE_URL: url, PGSSLMODE: 'require', PGSSLROOTCERT: at('ours.pem') };
    await opens(databaseUrlOf(env) ?? '');
    await opens(databaseUrlOf({ ...env, DATABASE_URL: `${url}?sslmode=verify-full`, PGSSLMODE: 'disable' }) ?? '');
    assert.equal(databaseUrlOf({ DATABASE_URL: url, PGSSLROOTCERT: at('ours.pem') }), url);
  });

  test('is refused without TLS, with what to add', async () => {
    for (const without of ['', '?sslmode=disable']) {
      assert.match(await refusalOf(`${url}${without}`), /It wants TLS: add sslmode=verify-full .*sslrootcert/);
    }
  });

  test('under another name is refused, and opens with sslmode=verify-ca', async () => {
    const other = await otherName.createDatabase();
    const authority = `&sslrootcert=${at('ours.pem')}`;
    assert.match(
      await refusalOf(`${other}?sslmode=require${authority}`),
      /certificate is for another name: .* sslmode=verify-ca with sslrootcert/,
    );
    await opens(`${other}?sslmode=verify-ca${authority}`);
  });
});

withPostgres('a server without TLS', (engine) => {
  test('is refused where TLS is asked for, with what to leave out', async () => {
    assert.match(await refusalOf(`${engine.url()}?sslmode=require`), /It speaks no TLS: leave sslmode out/);
    assert.deepEqual(await query(`${engine.url()}?sslmode=disable`, 'select 1 as one'), [{ one: 1 }]);
  });
});

describe('what a URL says of TLS', () => {
  const base = 'postgres://shop:ge%40heim@db.example:5432/shop?application_name=x';

  test('is left to node-postgres where it says nothing, or asks for its way', () => {
    assert.deepEqual(serverConnectionOf(base), { connectionString: base });
    const own = `${base}&sslmode=require&uselibpqcompat=true`;
    assert.deepEqual(serverConnectionOf(own), { connectionString: own });
  });

  test('leaves the rest of it as it was', () => {
    const { connectionString, ssl } = serverConnectionOf(`${base}&sslmode=require`);
    assert.equal(connectionString, base);
    assert.deepEqual(ssl, {});
    assert.deepEqual(serverConnectionOf(`${base}&sslmode=disable`).ssl, false);
    assert.deepEqual(serverConnectionOf(`${base}&sslmode=verify-full&sslrootcert=system`).ssl, {});
  });

  test('is refused where there is no such mode or no such file, without the password', () => {
    for (const [wrong, expected] of [
      ['sslmode=allow', /unknown sslmode: expected disable, no-verify, prefer/],
      ['sslmode=required', /unknown sslmode/],
      [`sslmode=require&sslrootcert=${at('none.pem')}`, /Reading sslrootcert .*PGSSLROOTCERT.* failed: ENOENT/],
      [`sslmode=require&sslcert=${at('none.pem')}`, /Reading sslcert/],
    ] as const) {
      assert.throws(
        () => serverConnectionOf(`${base}&${wrong}`),
        (error: Error) => {
          assert.equal('code' in error && error.code, 'database_url_invalid');
          assert.match(error.message, expected);
          assert.doesNotMatch(error.message, /heim/);
          return true;
        },
      );
    }
  });
});
