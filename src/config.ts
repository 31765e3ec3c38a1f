/** The only reader of the environment: from variables to typed configuration. */
import { readFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { DECIMAL_NUMBER } from './contract/decimal.ts';
import { DEFAULT_TASK_QUEUE } from './contract/names.ts';
import { parseJson } from './contract/json-text.ts';
import { reasonOf } from './contract/reason.ts';
import { type BareNumbers, isBareNumbers } from './countries/index.ts';
import {
  type AllowPrivateHosts,
  createHostRules,
  createProxies,
  LOOPBACK_HOSTS,
  type ProxySettings,
  proxySettingsOf,
} from './hosts/index.ts';
import { withTlsOfEnvironment } from './db/index.ts';
import { LOG_FORMATS, LOG_LEVELS, type LogLevel } from './log.ts';
import { DEFAULT_SWEEP_INTERVAL_MS } from './contract/sweep.ts';
import { explainUnfitKey, SHORTEST_API_KEY } from './http/index.ts';
import {
  type CallbackAuth,
  LONGEST_REPORT_WINDOW_MS,
  type Settings,
  SHORTEST_REPORT_WINDOW_MS,
  staticSettings,
  type StaticIntegrationOptions,
  type StaticSettingsOptions,
} from './settings/index.ts';
import { quoted, readTemporalConfig, switchOf, type TemporalConfig, TemporalConfigError } from './temporal-config.ts';

/** What an environment says. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment is wrong; the message names every variable that is. */
export class ConfigError extends Error {
  readonly code = 'invalid_config';
  constructor(problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** What `worker` and `server` need. */
export interface Config {
  databaseUrl: string;
  temporal: TemporalConfig;
  taskQueue: string;
  searchAttributes: boolean;
  /** Absent where the environment brings none: then those of the database hold. */
  settings?: Settings;
  /** Where Sinch reaches the webhook. */
  publicUrl?: string;
  /** `host:port` where the metrics of workers are scraped. */
  metricsAddress?: string;
  /** Hosts of this machine and of private networks that may be reached. */
  allowPrivateHosts: AllowPrivateHosts;
  /** By which Sinch and exporters are reached. */
  proxies: ProxySettings;
  /** Of what is encrypted in the database and in Temporal. Empty where nothing of it is read. */
  encryption: { keys?: string; keyFile?: string };
  /** Of the worker; `false`: no sweeps. */
  sweepIntervalMs: number | false;
  /** Whether payloads are encrypted before they leave for Temporal; with keys, they are decrypted in any case. */
  encryptPayloads: boolean;
  logLevel: LogLevel;
}

/** What `server` needs beside that. */
export interface ServerConfig extends Config {
  apiKey: string;
  metricsKey?: string;
  codecKey?: string;
  host: string;
  port: number;
  /** Callbacks under way at once. Absent: as many as the webhook thinks right. */
  maxConcurrentCallbacks?: number;
  /** Where pages may come from that have payloads decrypted: Temporal's web UI. */
  codecOrigins: readonly string[];
}

const HOUR_MS = 3_600_000;

const REGIONS = ['us', 'eu', 'au', 'br', 'ca'] as const;

const text = z.string().optional();
/** Whether it is on or off, in the words of every switch. */
const onOrOff = z.string().transform((given, context) => {
  const isOn = switchOf(given);
  if (isOn !== undefined) return isOn ? 'on' : 'off';
  context.addIssue(`expected on or off (or true, false, 1, 0); it is ${quoted(given)}`);
  return z.NEVER;
});

/** A number in plain decimal digits: `0x10`, `1e3` and blanks are slips of the pen rather than numbers. */
const number = (expected: string, accepts: (value: number) => boolean) =>
  z.string().regex(DECIMAL_NUMBER, expected).transform(Number).refine(accepts, expected);
const wholeNumber = (least: number, most: number) =>
  number(
    `expected a whole number from ${least} to ${most}`,
    (value) => Number.isInteger(value) && value >= least && value <= most,
  );
const aboveZero = number('expected a number above 0', (value) => value > 0);

const EXPECTED_INTERVAL = 'expected minutes from 1 to 1440, or off';

const commonSchema = z.object({
  DATABASE_URL: text,
  TEMPORAL_TASK_QUEUE: text.default(DEFAULT_TASK_QUEUE),
  SEARCH_ATTRIBUTES: onOrOff.default('on'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  LOG_FORMAT: z.enum(LOG_FORMATS).optional(),
  SINCH_SETTINGS_FILE: text,
  PUBLIC_URL: text,
  SINCH_PROJECT_ID: text.default('default'),
  SINCH_INTEGRATION_ID: text.default('sinch'),
  SINCH_SERVICE_PLAN_ID: text,
  SINCH_API_TOKEN: text,
  SINCH_REGION: z.enum(REGIONS).default('us'),
  SINCH_BASE_URL: text,
  SINCH_MESSAGES_PER_SECOND: aboveZero.optional(),
  SINCH_DEFAULT_SENDER: text,
  REPORT_WINDOW_HOURS: number(
    'expected hours from 0.0167, 1 minute, to 720, 30 days',
    (hours) => hours * HOUR_MS >= SHORTEST_REPORT_WINDOW_MS && hours * HOUR_MS <= LONGEST_REPORT_WINDOW_MS,
  ).optional(),
  WAIT_WHERE_NO_REPORTS: onOrOff.optional(),
  STATUS_ATTRIBUTE: onOrOff.optional(),
  SWEEP_INTERVAL_MINUTES: z
    .union(
      [
        z
          .string()
          .refine((given) => ['off', 'false'].includes(given.trim().toLowerCase()))
          .transform(() => 'off' as const),
        number(EXPECTED_INTERVAL, (minutes) => minutes >= 1 && minutes <= 1_440),
      ],
      EXPECTED_INTERVAL,
    )
    .default(DEFAULT_SWEEP_INTERVAL_MS / 60_000),
  BARE_NUMBERS: z
    .custom<BareNumbers>(
      (value) => typeof value === 'string' && isBareNumbers(value),
      'expected international, refused, or the code of a country such as GB',
    )
    .optional(),
  RETENTION_DAYS: wholeNumber(1, 36_500).optional(),
  SINCH_HMAC_SECRETS: text,
  SINCH_HMAC_TOLERANCE_HOURS: aboveZero.optional(),
  SINCH_CALLBACK_SECRETS: text,
  ALLOW_PRIVATE_HOSTS: text,
  METRICS_ADDRESS: text,
  ENCRYPTION_KEYS: text,
  ENCRYPTION_KEY_FILE: text,
  PAYLOAD_ENCRYPTION: onOrOff.default('off'),
});

type Values = z.output<typeof commonSchema>;

const key = z.string().superRefine((value, context) => {
  const message = explainUnfitKey(value);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const serverSchema = z.object({
  SINCH_API_KEY: key.optional(),
  METRICS_KEY: key.optional(),
  CODEC_KEY: key.optional(),
  HOST: text.default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(8080),
  WEBHOOK_MAX_CONCURRENT: number(
    'expected a whole number above 0',
    (value) => Number.isInteger(value) && value > 0,
  ).optional(),
  CODEC_ORIGINS: z
    .string()
    .transform((joined) => joined.split(',').map((part) => part.trim()))
    .refine(
      (origins) => origins.every(isOrigin),
      'expected origins such as https://temporal.example.com, separated by commas',
    )
    .default([]),
});

/** Reads what a worker process needs. @throws ConfigError */
export function readConfig(environment: Environment): Config {
  const env = withoutEmpty(environment);
  const problems: string[] = [];
  const config = commonOf(env, problems);
  if (areStored(env) || config?.encryptPayloads === true) requireEncryption(env, problems);
  if (!config || problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** Reads what an HTTP process needs. @throws ConfigError */
export function readServerConfig(environment: Environment): ServerConfig {
  const env = withoutEmpty(environment);
  const problems: string[] = [];
  const config = commonOf(env, problems);
  const server = parse(serverSchema, env, problems);
  requireEncryption(env, problems);
  if (env.SINCH_API_KEY === undefined) {
    problems.push(
      `SINCH_API_KEY: expected the deployment key of the API, ${SHORTEST_API_KEY} characters or more; it is not set`,
    );
  }
  if (!config || problems.length > 0) throw new ConfigError(problems);
  const { SINCH_API_KEY: apiKey = '', METRICS_KEY: metricsKey, HOST: host, PORT: port } = server;
  const { WEBHOOK_MAX_CONCURRENT: maxConcurrentCallbacks, CODEC_ORIGINS: codecOrigins, CODEC_KEY: codecKey } = server;
  return {
    ...config,
    apiKey,
    ...(metricsKey === undefined ? {} : { metricsKey }),
    ...(codecKey === undefined ? {} : { codecKey }),
    host,
    port,
    ...(maxConcurrentCallbacks === undefined ? {} : { maxConcurrentCallbacks }),
    codecOrigins,
  };
}

/** Reads what encrypting everything anew needs. @throws ConfigError */
export function readRotationConfig(environment: Environment): Pick<Config, 'databaseUrl' | 'encryption'> {
  const env = withoutEmpty(environment);
  const databaseUrl = databaseUrlOf(env) ?? '';
  const { ENCRYPTION_KEYS: keys, ENCRYPTION_KEY_FILE: keyFile } = env;
  const problems: string[] = [];
  if (databaseUrl === '') problems.push(NO_DATABASE);
  if (keys === undefined && keyFile === undefined) problems.push(NO_ENCRYPTION_KEY);
  if (problems.length > 0) throw new ConfigError(problems);
  return { databaseUrl, encryption: encryptionOf(keys, keyFile) };
}

const NO_DATABASE = 'DATABASE_URL: expected postgres://…, which worker and server share; it is not set';
const NO_ENCRYPTION_KEY =
  'ENCRYPTION_KEYS or ENCRYPTION_KEY_FILE: expected keys of 32 bytes in base64, or a file that holds them (made where there is none); neither is set';

/** The database that an environment names, with what it says of TLS in the words of PostgreSQL's own clients. */
export function databaseUrlOf(environment: Environment): string | undefined {
  // One that comes from a file has its line feed.
  const url = environment.DATABASE_URL?.trim();
  return url ? withTlsOfEnvironment(url, environment) : undefined;
}

function encryptionOf(keys: string | undefined, keyFile: string | undefined): Config['encryption'] {
  return { ...(keys === undefined ? {} : { keys }), ...(keyFile === undefined ? {} : { keyFile }) };
}

/** Whether it is what a browser sends as `Origin`. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

/**
 * Without what belongs to no value: a variable that is filled from a file has its line feed and byte order mark, and one
 * that is set to nothing counts as not set.
 */
function withoutEmpty(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env)
      .map(([name, value]) => [name, value?.trim() ?? ''] as const)
      .filter(([, value]) => value !== ''),
  );
}

function commonOf(env: Record<string, string>, problems: string[]): Config | undefined {
  const values = parse(commonSchema, env, problems);
  if (values.DATABASE_URL === undefined) {
    problems.push(NO_DATABASE);
  }
  const allowPrivateHosts = allowPrivateHostsOf(values, problems);
  const metricsAddress = attempt('METRICS_ADDRESS', problems, () => metricsAddressOf(env));
  const settings = settingsOf(values, allowPrivateHosts, env, problems);
  const temporal = temporalOf(env, problems);
  const { PUBLIC_URL: publicUrl, ENCRYPTION_KEYS: keys, ENCRYPTION_KEY_FILE: keyFile } = values;
  if (!temporal) return undefined;
  return {
    databaseUrl: databaseUrlOf(env) ?? '',
    temporal,
    taskQueue: values.TEMPORAL_TASK_QUEUE,
    searchAttributes: values.SEARCH_ATTRIBUTES === 'on',
    ...(settings === undefined ? {} : { settings }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(metricsAddress === undefined ? {} : { metricsAddress }),
    allowPrivateHosts,
    proxies: proxiesOf(env, problems),
    encryption: encryptionOf(keys, keyFile),
    sweepIntervalMs:
      values.SWEEP_INTERVAL_MINUTES === 'off' ? false : Math.round(values.SWEEP_INTERVAL_MINUTES * 60_000),
    encryptPayloads: values.PAYLOAD_ENCRYPTION === 'on',
    logLevel: values.LOG_LEVEL,
  };
}

function temporalOf(env: Record<string, string>, problems: string[]): TemporalConfig | undefined {
  try {
    return readTemporalConfig(env);
  } catch (error) {
    if (!(error instanceof TemporalConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** Variables that say what the settings file says. */
const REPLACED_BY_FILE = [
  'PUBLIC_URL',
  'SINCH_PROJECT_ID',
  'SINCH_INTEGRATION_ID',
  'SINCH_SERVICE_PLAN_ID',
  'SINCH_API_TOKEN',
  'SINCH_REGION',
  'SINCH_BASE_URL',
  'SINCH_MESSAGES_PER_SECOND',
  'SINCH_DEFAULT_SENDER',
  'REPORT_WINDOW_HOURS',
  'WAIT_WHERE_NO_REPORTS',
  'STATUS_ATTRIBUTE',
  'BARE_NUMBERS',
  'RETENTION_DAYS',
  'SINCH_HMAC_SECRETS',
  'SINCH_HMAC_TOLERANCE_HOURS',
  'SINCH_CALLBACK_SECRETS',
] as const satisfies (keyof Values)[];

/** Tokens and secrets are encrypted in the database, and so are the bodies of callbacks that an HTTP process keeps. */
function requireEncryption(env: Environment, problems: string[]): void {
  if (env.ENCRYPTION_KEYS !== undefined || env.ENCRYPTION_KEY_FILE !== undefined) return;
  const why = areStored(env)
    ? '. Settings are kept in the database, since SINCH_SERVICE_PLAN_ID and SINCH_API_TOKEN are not set either'
    : switchOf(env.PAYLOAD_ENCRYPTION ?? '') === true
      ? '. PAYLOAD_ENCRYPTION=on needs them'
      : '';
  problems.push(`${NO_ENCRYPTION_KEY}${why}`);
}

/** Whether the settings are those of the database. */
function areStored(env: Environment): boolean {
  const { SINCH_SETTINGS_FILE, SINCH_SERVICE_PLAN_ID, SINCH_API_TOKEN } = env;
  return [SINCH_SETTINGS_FILE, SINCH_SERVICE_PLAN_ID, SINCH_API_TOKEN].every((value) => value === undefined);
}

/** The settings that the environment brings; `undefined` where it brings none, or they are wrong. */
function settingsOf(
  values: Values,
  allowPrivateHosts: AllowPrivateHosts,
  env: Record<string, string>,
  problems: string[],
): Settings | undefined {
  const file = values.SINCH_SETTINGS_FILE;
  if (file !== undefined) {
    const ignored = REPLACED_BY_FILE.filter((name) => env[name] !== undefined);
    if (ignored.length > 0) {
      problems.push(
        `${ignored.join(', ')}: expected to be left out with SINCH_SETTINGS_FILE, which says it in the file`,
      );
    }
    return attempt('SINCH_SETTINGS_FILE', problems, () => settingsFromFile(file, allowPrivateHosts));
  }
  const { SINCH_SERVICE_PLAN_ID: servicePlanId, SINCH_API_TOKEN: apiToken } = values;
  if (values.SINCH_HMAC_TOLERANCE_HOURS !== undefined && values.SINCH_HMAC_SECRETS === undefined) {
    problems.push('SINCH_HMAC_TOLERANCE_HOURS: expected SINCH_HMAC_SECRETS beside it, whose signatures it limits');
  }
  if (areStored(env)) {
    const ignored = REPLACED_BY_FILE.filter((name) => name !== 'PUBLIC_URL' && env[name] !== undefined);
    if (ignored.length > 0) {
      problems.push(
        `${ignored.join(', ')}: expected SINCH_SERVICE_PLAN_ID and SINCH_API_TOKEN beside them; without these, the settings are kept in the database and changed over HTTP`,
      );
    }
    checkPublicUrl(values, problems);
    return undefined;
  }
  if (servicePlanId === undefined || apiToken === undefined) {
    problems.push(
      'SINCH_SERVICE_PLAN_ID and SINCH_API_TOKEN: expected the plan and its token from the Sinch dashboard (or neither, to keep settings in the database); they are not both set',
    );
    return undefined;
  }
  return settingsOfPlan(values, { servicePlanId, apiToken, allowPrivateHosts }, problems);
}

/**
 * Where the metrics of workers are scraped, if anywhere.
 * @throws Error that says what the variable has to be
 */
export function metricsAddressOf(environment: Environment): string | undefined {
  const { METRICS_ADDRESS: address } = withoutEmpty(environment);
  if (address === undefined) return undefined;
  // A name would be looked up by nobody: the SDK binds to an address.
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(address) ?? [];
  const isAddress = isIPv4(host) || (/^\[.*\]$/.test(host) && isIPv6(host.slice(1, -1)));
  if (isAddress && Number(port) > 0 && Number(port) <= 65_535) return address;
  throw new Error('expected an address of this machine with a port, such as 127.0.0.1:9464 or [::1]:9464');
}

function allowPrivateHostsOf({ ALLOW_PRIVATE_HOSTS: given }: Values, problems: string[]): AllowPrivateHosts {
  if (given === undefined) return false;
  const all = switchOf(given);
  if (all !== undefined) return all;
  const hosts = listOf(given);
  try {
    createHostRules(hosts);
    // Words that are meant as a switch would pass as the names of hosts.
    if (!hosts.some((host) => /^(?:yes|no|y|n|enabled?|disabled?|none|all)$/i.test(host))) return hosts;
    throw new TypeError('a switch is on or off');
  } catch {
    problems.push(
      'ALLOW_PRIVATE_HOSTS: expected on, off, or names, addresses and networks separated by commas, without scheme and port, such as 10.1.0.0/16',
    );
    return false;
  }
}

/**
 * The proxies of the environment.
 * @throws ConfigError where one of them is none; without its address, which may hold a password
 */
export function readProxies(environment: Environment): ProxySettings {
  const problems: string[] = [];
  const settings = proxiesOf(environment, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return settings;
}

function proxiesOf(environment: Environment, problems: string[]): ProxySettings {
  const settings = proxySettingsOf(environment);
  const { https, http } = settings;
  attempt('HTTPS_PROXY', problems, () => createProxies(https === undefined ? {} : { https }));
  attempt('HTTP_PROXY', problems, () => createProxies(http === undefined ? {} : { http }));
  return settings;
}

function checkPublicUrl({ PUBLIC_URL: publicUrl }: Values, problems: string[]): void {
  if (publicUrl === undefined) return;
  try {
    staticSettings({ publicUrl, projects: [{ id: 'x', integrations: [] }] });
  } catch (error) {
    problems.push(`PUBLIC_URL: ${reasonOf(error).replace('staticSettings: publicUrl ', '')}`);
  }
}

type Plan = Pick<StaticIntegrationOptions, 'servicePlanId' | 'apiToken'> &
  Required<Pick<StaticSettingsOptions, 'allowPrivateHosts'>>;

/** Each round finds one wrong variable and goes on without it, so that one error names them all. */
function settingsOfPlan(values: Values, plan: Plan, problems: string[]): Settings | undefined {
  try {
    return staticSettings(optionsOf(values, plan));
  } catch (error) {
    const words = reasonOf(error).replace('staticSettings: ', '');
    const wrong = OPTIONS.find(([option]) => words.startsWith(option));
    if (!wrong) {
      problems.push(`SINCH_*: ${words}`);
      return undefined;
    }
    const [option, variable, harmless] = wrong;
    problems.push(`${variable}: ${words.slice(option.length).replace(/^\S* /, '')}`);
    settingsOfPlan({ ...values, ...harmless }, { ...plan, ...harmless }, problems);
    return undefined;
  }
}

const INTEGRATION = 'projects[0].integrations[0]';

/** How errors of `staticSettings` call what a variable sets, and what can stand there instead. */
const OPTIONS: readonly [option: string, variable: string, harmless: Partial<Values & Plan>][] = [
  ['publicUrl', 'PUBLIC_URL', { PUBLIC_URL: undefined }],
  ['projects[0].id', 'SINCH_PROJECT_ID', { SINCH_PROJECT_ID: 'x' }],
  ['projects[0].defaultSender', 'SINCH_DEFAULT_SENDER', { SINCH_DEFAULT_SENDER: undefined }],
  [`${INTEGRATION}.id`, 'SINCH_INTEGRATION_ID', { SINCH_INTEGRATION_ID: 'x' }],
  [`${INTEGRATION}.servicePlanId`, 'SINCH_SERVICE_PLAN_ID', { servicePlanId: 'x' }],
  [`${INTEGRATION}.apiToken`, 'SINCH_API_TOKEN', { apiToken: 'x' }],
  [`${INTEGRATION}.baseUrl`, 'SINCH_BASE_URL', { SINCH_BASE_URL: undefined }],
  [
    `${INTEGRATION}.callbackAuth`,
    'SINCH_HMAC_SECRETS or SINCH_CALLBACK_SECRETS',
    { SINCH_HMAC_SECRETS: undefined, SINCH_CALLBACK_SECRETS: undefined },
  ],
];

function optionsOf(values: Values, plan: Plan): StaticSettingsOptions {
  return {
    allowPrivateHosts: plan.allowPrivateHosts,
    ...(values.PUBLIC_URL === undefined ? {} : { publicUrl: values.PUBLIC_URL }),
    projects: [
      {
        id: values.SINCH_PROJECT_ID,
        ...(values.SINCH_DEFAULT_SENDER === undefined ? {} : { defaultSender: values.SINCH_DEFAULT_SENDER }),
        ...(values.REPORT_WINDOW_HOURS === undefined ? {} : { reportWindowMs: values.REPORT_WINDOW_HOURS * HOUR_MS }),
        waitWhereNoReportsExpected: values.WAIT_WHERE_NO_REPORTS !== 'off',
        statusAttribute: values.STATUS_ATTRIBUTE !== 'off',
        ...(values.BARE_NUMBERS === undefined ? {} : { bareNumbers: values.BARE_NUMBERS }),
        ...(values.RETENTION_DAYS === undefined ? {} : { retentionDays: values.RETENTION_DAYS }),
        integrations: [
          {
            id: values.SINCH_INTEGRATION_ID,
            servicePlanId: plan.servicePlanId,
            apiToken: plan.apiToken,
            ...(values.SINCH_BASE_URL === undefined
              ? { region: values.SINCH_REGION }
              : { baseUrl: values.SINCH_BASE_URL }),
            ...(values.SINCH_MESSAGES_PER_SECOND === undefined
              ? {}
              : { messagesPerSecond: values.SINCH_MESSAGES_PER_SECOND }),
            ...callbackAuthOf(values),
          },
        ],
      },
    ],
  };
}

/**
 * The settings of a JSON file.
 * @param allowPrivateHosts where the file says nothing of them. @default those of this machine
 * @throws Error that quotes nothing of the file: it holds tokens
 */
export function settingsFromFile(file: string, allowPrivateHosts: AllowPrivateHosts = LOOPBACK_HOSTS): Settings {
  const options: unknown = jsonOf(file);
  // What is no object is refused for what it is.
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  return staticSettings((isObject ? { allowPrivateHosts, ...options } : options) as StaticSettingsOptions);
}

function jsonOf(file: string): unknown {
  const content = readFileSync(file, 'utf8');
  const parsed = parseJson(content);
  if (parsed.ok) return parsed.value;
  const why = content.includes('\0') ? 'it is UTF-16: save it as UTF-8' : `it is not JSON: ${parsed.problem}`;
  throw new Error(`expected ${file} to be JSON with the options of staticSettings; ${why}`);
}

function listOf(joined: string): string[] {
  return joined.split(',').map((part) => part.trim());
}

function callbackAuthOf(values: Values): { callbackAuth?: CallbackAuth } {
  if (values.SINCH_HMAC_SECRETS !== undefined) {
    const hours = values.SINCH_HMAC_TOLERANCE_HOURS;
    return {
      callbackAuth: {
        type: 'hmac',
        secrets: listOf(values.SINCH_HMAC_SECRETS),
        ...(hours === undefined ? {} : { toleranceMs: hours * HOUR_MS }),
      },
    };
  }
  return values.SINCH_CALLBACK_SECRETS === undefined
    ? {}
    : { callbackAuth: { type: 'url-secret', secrets: listOf(values.SINCH_CALLBACK_SECRETS) } };
}

/** A schema whose variables may all be left out. */
function parse<Schema extends z.ZodType>(schema: Schema, env: Environment, problems: string[]): z.output<Schema> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // Without the value: it may be a secret.
  problems.push(...issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  // The others are looked at all the same, so that one error names every wrong variable.
  const wrong = new Set(issues.map((issue) => issue.path[0]));
  return schema.parse(Object.fromEntries(Object.entries(env).filter(([name]) => !wrong.has(name))));
}

function attempt<T>(what: string, problems: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    problems.push(`${what}: ${reasonOf(error)}`);
    return undefined;
  }
}
