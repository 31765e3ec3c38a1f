/**
 * How Temporal is connected to, from its own variables and its configuration file. Temporal's reader takes `True` for no,
 * passes over a file that is not there, and sends an API key without TLS where it is told to: what could not have been
 * meant is refused here, in words.
 */
import { existsSync } from 'node:fs';
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { reasonOf } from './contract/reason.ts';
import { isThisMachine } from './hosts/index.ts';

/** Where Temporal is, and how it is spoken to. */
export type TemporalConfig = ClientConnectConfig;

/** Temporal's variables or its configuration file are wrong; each problem names the variable. */
export class TemporalConfigError extends Error {
  override readonly name = 'TemporalConfigError';
  readonly code = 'invalid_config';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options);
    this.problems = problems;
  }
}

const TLS = 'TEMPORAL_TLS';
const NO_HOST_VERIFICATION = 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION';

/** In characters: no secret is as short. */
const LONGEST_WORD = 12;

/** What every variable that is a switch takes, in any case. */
const SWITCH_WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['off', false],
]);

/** Whether a switch of the environment is on; `undefined` for what is no switch's word. */
export function switchOf(given: string): boolean | undefined {
  return SWITCH_WORDS.get(given.trim().toLowerCase());
}

/**
 * Reads it from these variables alone, never from those of the process.
 * @param env what is empty counts as not set
 * @throws TemporalConfigError
 */
export function readTemporalConfig(env: Readonly<Record<string, string | undefined>>): TemporalConfig {
  const set: Record<string, string> = {};
  // A key that comes from a file has its line feed.
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && value !== '') set[name] = value.trim() || value;
  const problems = checkVariables(set);
  if (problems.length > 0) throw new TemporalConfigError(problems);
  const config = load(set);
  const exposed = exposedSecret(config);
  if (exposed !== undefined) throw new TemporalConfigError([exposed]);
  return config;
}

/** Corrects the spelling of switches, which Temporal's reader takes for off where it is not `true` or `1`. */
function checkVariables(env: Record<string, string>): string[] {
  const problems: string[] = [];
  for (const name of [TLS, NO_HOST_VERIFICATION]) {
    const given = env[name];
    if (given === undefined) continue;
    // Temporal's own tools know no `on`: what works here has to work there.
    const isOn = /^(?:on|off)$/i.test(given.trim()) ? undefined : switchOf(given);
    if (isOn === undefined) problems.push(`${name}: expected true, false, 1 or 0; it is ${quoted(given)}`);
    else env[name] = String(isOn);
  }
  if (env[NO_HOST_VERIFICATION] === 'true') {
    problems.push(
      `${NO_HOST_VERIFICATION}: expected false, since Temporal's SDK for TypeScript always verifies the host; ` +
        'give the authority in TEMPORAL_TLS_SERVER_CA_CERT_PATH, and the name in TEMPORAL_TLS_SERVER_NAME',
    );
  }
  const file = env['TEMPORAL_CONFIG_FILE'];
  if (file !== undefined && !existsSync(file)) {
    problems.push(`TEMPORAL_CONFIG_FILE: expected a file; there is none at ${file}`);
  }
  return problems;
}

function load(env: Record<string, string>): TemporalConfig {
  let config: TemporalConfig;
  try {
    config = loadClientConnectConfig({ overrideEnvVars: env });
  } catch (cause) {
    throw new TemporalConfigError([whyUnusable(cause, env)], { cause });
  }
  const { address, apiKey, tls, metadata } = config.connectionOptions;
  for (const [member, value] of Object.entries({
    address,
    api_key: apiKey,
    namespace: config.namespace,
    ...metadata,
  })) {
    if (value === undefined || typeof value === 'string') continue;
    throw new TemporalConfigError([`${fileOf(env)}: expected ${member} to be a text in quotes`]);
  }
  // Temporal's reader leaves out a certificate without its key, and the other way round.
  const hasHalf =
    typeof tls === 'object' && tls?.clientCertPair === undefined && HALVES.some((name) => env[name] !== undefined);
  if (hasHalf) {
    throw new TemporalConfigError([
      `${HALVES.filter((name) => env[name] !== undefined).join(', ')}: expected a certificate and its key; one of the two is not set`,
    ]);
  }
  return config;
}

const HALVES = [
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_CERT_DATA',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_DATA',
];

/** In words, and without a line of the file: it may hold the API key. */
function whyUnusable(error: unknown, env: Readonly<Record<string, string>>): string {
  const { TEMPORAL_PROFILE: profile } = env;
  const file = fileOf(env);
  const { line, column, code, path } = error as { line?: number; column?: number; code?: string; path?: string };
  if (typeof line === 'number') return `${file}: expected TOML; it cannot be read from line ${line}, column ${column}`;
  if (typeof code === 'string') {
    const variable = Object.keys(env).find((name) => env[name] === path && name.startsWith('TEMPORAL_'));
    return `${variable ?? file}: reading ${path ?? 'the file'} failed: ${reasonOf(error)}`;
  }
  if (error instanceof TypeError) {
    return `${file}: expected profiles, such as a table [profile.default] with address, namespace and api_key; it has none that can be read`;
  }
  const reason = reasonOf(error);
  if (profile !== undefined && reason.startsWith('Profile ')) {
    return `TEMPORAL_PROFILE: expected the name of a profile in ${file}; it has none named ${quoted(profile)}`;
  }
  return `TEMPORAL_*: ${reason}`;
}

function fileOf(env: Readonly<Record<string, string>>): string {
  const { TEMPORAL_CONFIG_FILE: given } = env;
  return given === undefined
    ? 'temporal.toml of this user (TEMPORAL_CONFIG_FILE names another)'
    : `TEMPORAL_CONFIG_FILE, ${given}`;
}

/** What would be readable on its way, in a sentence; `undefined` where TLS hides it or it does not leave this machine. */
function exposedSecret({ connectionOptions }: TemporalConfig): string | undefined {
  const { address = 'localhost:7233', apiKey, tls, metadata } = connectionOptions;
  const isEncrypted = tls !== undefined && tls !== null && tls !== false;
  if (isEncrypted || isHere(address)) return undefined;
  const isInMetadata = Object.keys(metadata ?? {}).some((name) => name.toLowerCase() === 'authorization');
  if (apiKey === undefined && !isInMetadata) return undefined;
  const what = apiKey === undefined ? 'TEMPORAL_GRPC_META_AUTHORIZATION' : 'TEMPORAL_API_KEY';
  return (
    `${what}: expected TLS beside it, or everybody on the way to ${address} could read it; ` +
    `set ${TLS}=true, and take \`disabled = true\` out of the profile's tls in temporal.toml`
  );
}

function isHere(address: string): boolean {
  const url = `http://${address}`;
  return URL.canParse(url) && isThisMachine(new URL(url).hostname);
}

/** A mistyped word as it is; what is longer may be a secret that got into the wrong variable. */
export function quoted(value: string): string {
  return value.length > LONGEST_WORD ? `a text of ${value.length} characters` : JSON.stringify(value);
}
