/**
 * What a URL says of TLS, read once and the same way everywhere: `require` and `prefer` of PostgreSQL's own clients say
 * nothing of who answers, and node-postgres means to change what it reads them as.
 */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { reasonOf } from '../contract/reason.ts';
import { DatabaseError } from './database-error.ts';

/** How node-postgres is told where a server is. */
export interface ServerConnection {
  connectionString: string;
  /** Absent where the URL says nothing: then PGSSLMODE decides. */
  ssl?: ConnectionOptions | false;
}

/** Of the URL, and the variables of PostgreSQL's own clients that say the same. */
const TLS_PARAMETERS = {
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
} as const;

type TlsParameter = keyof typeof TLS_PARAMETERS;

const MODES = ['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

/**
 * A URL with what the variables of PostgreSQL's own clients say of TLS, where it does not say it itself. Files alone turn
 * nothing on: without `sslmode` here or there, they are left out.
 */
export function withTlsOfEnvironment(url: string, env: Readonly<Record<string, string | undefined>>): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  const params = parsed.searchParams;
  if (!params.has('sslmode') && !env[TLS_PARAMETERS.sslmode]) return url;
  let changed = false;
  for (const [name, variable] of Object.entries(TLS_PARAMETERS)) {
    const value = env[variable];
    if (params.has(name) || !value) continue;
    params.set(name, value);
    changed = true;
  }
  return changed ? parsed.href : url;
}

/**
 * What a URL says. Everything from `prefer` to `verify-full` encrypts and verifies the certificate's authority, and all
 * but `verify-ca` its name; `no-verify` only encrypts. With `uselibpqcompat=true` node-postgres reads it its own way.
 * @throws DatabaseError `database_url_invalid` for a mode that there is not, and a file that cannot be read
 */
export function serverConnectionOf(url: string): ServerConnection {
  const parsed = new URL(url);
  const params = parsed.searchParams;
  const given = (name: TlsParameter): string | undefined => params.get(name) || undefined;
  const isTold = Object.keys(TLS_PARAMETERS).some((name) => params.has(name));
  if (!isTold || params.get('uselibpqcompat') === 'true') return { connectionString: url };
  const mode = given('sslmode') ?? 'verify-full';
  if (!isMode(mode)) {
    throw new DatabaseError(
      'database_url_invalid',
      `The database URL has an unknown sslmode: expected ${MODES.join(', ')}`,
    );
  }
  const rootCertificate = given('sslrootcert');
  // The word of PostgreSQL's own clients for the authorities that this machine trusts anyway.
  const ca = rootCertificate === 'system' ? undefined : fileOf('sslrootcert', rootCertificate);
  const cert = fileOf('sslcert', given('sslcert'));
  const key = fileOf('sslkey', given('sslkey'));
  for (const name of Object.keys(TLS_PARAMETERS)) params.delete(name);
  params.delete('ssl');
  const connectionString = parsed.href;
  if (mode === 'disable') return { connectionString, ssl: false };
  return {
    connectionString,
    ssl: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(mode === 'no-verify' ? { rejectUnauthorized: false } : {}),
      ...(mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
    },
  };
}

function isMode(mode: string): mode is (typeof MODES)[number] {
  return (MODES as readonly string[]).includes(mode);
}

function fileOf(parameter: TlsParameter, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new DatabaseError(
      'database_url_invalid',
      `Reading ${parameter} of the database URL (or ${TLS_PARAMETERS[parameter]}) failed: ${reasonOf(cause)}`,
      { cause },
    );
  }
}

const UNKNOWN_AUTHORITY = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
]);

/** What to do about a connection that did not come about. */
export function connectionAdvice(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = reasonOf(error);
  if (typeof code === 'string' && UNKNOWN_AUTHORITY.has(code)) {
    return (
      'This machine does not know the authority of its certificate: add sslrootcert=/path/to/authority.pem to ' +
      'DATABASE_URL, or set PGSSLROOTCERT; sslmode=no-verify encrypts without knowing who answers'
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return (
      'Its certificate is for another name: have DATABASE_URL name that one, or give sslmode=verify-ca with ' +
      'sslrootcert, which looks at the authority alone'
    );
  }
  if (/does not support SSL/i.test(reason)) return 'It speaks no TLS: leave sslmode out, or give sslmode=disable';
  if (/no pg_hba\.conf entry .*no encryption|SSL required|server requires? SSL/i.test(reason)) {
    return 'It wants TLS: add sslmode=verify-full to DATABASE_URL, with sslrootcert=/path/to/authority.pem for an authority of your own';
  }
  return 'Check DATABASE_URL';
}
