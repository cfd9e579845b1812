/** Configuration: environment variables and flags, one strict schema, checked at start. A wrong value stops the start and is named. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import proxyaddr from 'proxy-addr';
import { z } from 'zod';
import { METADATA_FIELDS } from '../contract/metadata.ts';
import { nearestName } from '../contract/nearest-name.ts';
import { STEP_KINDS } from '../contract/step-kinds.ts';
import { isExample, Secret, secretsIn, WebhookSecret } from './secrets.ts';

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const listed = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
const yes = z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1');
const web = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));
const DAY_MS = 24 * 60 * 60_000;
const delay = whole(0, 30 * DAY_MS);

const areNetworks = (networks: string[]): boolean => {
  try {
    proxyaddr.compile(networks);
    return true;
  } catch {
    return false; // reported by the schema
  }
};

const Listen = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$/, 'host:port, such as 127.0.0.1:8787')
  .transform((text) => {
    const at = text.lastIndexOf(':');
    return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
  })
  .refine(({ port }) => port <= 65_535, 'a port is at most 65535');

/** One entry a variable: TUODI_ and the name in capitals. Units are in the names. */
const Variables = z.strictObject({
  /** Where the service listens. Port 0 takes a free one. */
  listen: Listen.default({ host: '127.0.0.1', port: 8787 }),
  /** Base URL of links, when a proxy stands in front. */
  public_url: web.optional(),
  /** Origins of pages that may call the API from a browser, separated by commas. Default: none. */
  cors_origins: z.string().default('').transform(listed),
  /** Proxies in front, as addresses and networks (10.0.0.0/8), separated by commas: their headers with a client's address are trusted. */
  trusted_proxies: z.string().default('').transform(listed).refine(areNetworks, 'addresses or networks, such as 10.0.0.0/8,::1'),
  data_dir: z.string().min(1).default('tuodi-data'),
  log_level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Signs links; by default created and kept in the data folder. At least 32 characters. */
  link_secret: Secret.optional(),
  /** The previous link secret, while it is being replaced: links signed with it stay valid. */
  link_secret_previous: Secret.optional(),
  /** The fields a picture must have before it is indexed. */
  required_metadata: z
    .string()
    .default('title')
    .transform(listed)
    .pipe(z.array(z.enum(METADATA_FIELDS))),
  /** Rates by key and by address; see docs/limits.md. Lifted for measuring, and where a gateway in front has its own. */
  rate_limits: yes.default(true),
  /** Points that a key may spend in 10 s: a request is 1, a search 5 or more; see docs/limits.md. */
  key_points: whole(10, 10_000_000).default(1_000),
  /** Points that an address may spend in 10 s by requests that show no key: one is 1, one that is refused 5. */
  address_points: whole(10, 10_000_000).default(3_000),
  /** Pictures that an organisation may have, those in the trash too. */
  quota_pictures: whole(0, 1_000_000_000).default(1_000_000),
  /** Bytes of their originals, and of those that are announced. */
  quota_bytes: whole(0, Number.MAX_SAFE_INTEGER).default(1_024 ** 4),
  /** Maximum bytes of one upload. */
  max_bytes: whole(1, 2 ** 31).default(50 * 1024 * 1024),
  /** Kept free on the disk of the data folder for what is in already: uploads are refused before it is touched. At most a tenth of the disk. */
  disk_reserve_bytes: whole(0, 2 ** 40).default(256 * 1024 * 1024),
  /** Maximum pixels of one page, read from its header before it is decoded. */
  max_pixels: whole(1, 1_000_000_000).default(80_000_000),
  /** Maximum pages of one document. 100 pages that must be recognised take about 5 minutes on two processors, of the 25 that a run has. */
  max_pages: whole(1, 1_000).default(100),
  /** Maximum pixels of all pages of one document together: 100 pages of A4 at 400 dpi. They are decoded in a minute, of the 4 that inspection has. */
  max_document_pixels: whole(1, 100_000_000_000).default(1_500_000_000),
  /** Time limit of decoding one page: 80 megapixels of the slowest format take 3 s, a page of a full magazine 1 s. */
  decode_time_limit_ms: whole(1_000, 120_000).default(30_000),
  /** Time limit of decoding all pages of a small document; each MiB adds 3.5 s. Twice as long when it is drawn for recognition. */
  document_time_limit_ms: whole(1_000, 180_000).default(60_000),
  /** OCR threads. */
  ocr_workers: whole(1, 64).default(Math.min(availableParallelism(), 4)),
  ocr_page_time_limit_ms: whole(1_000, 30 * 60_000).default(120_000),
  /** How long a picture waits for its bytes; default a day. The five here are at most 30 days, the horizon of the sweep. */
  upload_deadline_ms: delay.optional(),
  /** How long a picture waits for required metadata; default 30 days. A person is warned 7 days before, or at half of a short one. */
  metadata_deadline_ms: delay.optional(),
  /** Retention of bytes that a person may still want, each 30 days by default; 0 removes them at once. */
  trash_retention_ms: delay.optional(),
  rejected_retention_ms: delay.optional(),
  expired_retention_ms: delay.optional(),

  /** mysql://user:password@host:3306/database: MySQL 8.4, or MariaDB from 10.6 on. Without it the facts are in the data folder. */
  database_url: z.url({ protocol: /^(mysql|mariadb)$/ }).optional(),
  /** Certificates (PEM) of the authority of the database's certificate; then TLS is used, as with `?ssl=true`. */
  database_ca_file: z.string().min(1).optional(),
  /** redis://[user:password@]host:6379/0, or rediss://. Without it tasks and queue are in this process. */
  redis_url: z.url({ protocol: /^rediss?$/ }).optional(),
  /** Certificates (PEM) of the authority of Redis' certificate, for rediss://. */
  redis_ca_file: z.string().min(1).optional(),
  /** Elasticsearch 9. Without it the index is in the data folder. */
  elasticsearch_url: web.optional(),
  elasticsearch_api_key: z.string().min(1).optional(),
  /** User and password, instead of an API key. */
  elasticsearch_user: z.string().min(1).optional(),
  elasticsearch_password: z.string().min(1).optional(),
  /** Certificates (PEM) of the authority of its certificate: a default install has its own (`http_ca.crt`). */
  elasticsearch_ca_file: z.string().min(1).optional(),
  /** Alias that searches read, and prefix of the names of its indexes: another for each database that shares the cluster. */
  elasticsearch_alias: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,60}$/, 'small letters, digits, - and _')
    .default('tuodi'),
  /** Bucket of the S3 store; it must exist. Without it pictures are in the data folder. */
  s3_bucket: z.string().min(3).max(63).optional(),
  /** Endpoint of MinIO, Ceph, R2, OSS …; AWS itself needs none. */
  s3_endpoint: web.optional(),
  /** Base URL of links, where clients reach the store by another address than the service. */
  s3_public_endpoint: web.optional(),
  s3_region: z.string().min(1).default('us-east-1'),
  s3_access_key: z.string().min(1).optional(),
  s3_secret_key: z.string().min(1).optional(),
  /** The bucket is in the path, not in the host name, as stores other than AWS usually require. */
  s3_path_style: yes.default(true),
  /** How clients upload: a form (the store bounds the size of what comes), or a PUT (for stores that have no forms). */
  s3_upload_method: z.enum(['POST', 'PUT']).default('POST'),
  /** Token (`Authorization: Bearer …`) of upload notifications from the store. Without it none is accepted. */
  s3_events_token: Secret.optional(),
  /** Previous token, accepted as well while it is being replaced. */
  s3_events_token_previous: Secret.optional(),
  /** A remote OCR engine; see docs/providers.md. Without it recognition is in this process. */
  ocr_url: web.optional(),
  /** API key of the engine. */
  ocr_api_key: z.string().min(1).optional(),
  /** whsec_…: signs the engine's callbacks (Standard Webhooks). Without it the engine is polled. */
  ocr_callback_secret: WebhookSecret.optional(),
  /** Previous secret, accepted as well while it is being replaced. */
  ocr_callback_secret_previous: WebhookSecret.optional(),
  /** Maximum jobs of all processes at the remote OCR engine at once; fewer while it is slow. */
  ocr_in_flight: whole(1, 1_000).default(16),
  /** Base URL of an OpenAI-compatible embeddings API, such as https://api.openai.com/v1. Without it vectors are hashed n-grams. */
  embedding_url: web.optional(),
  embedding_api_key: z.string().min(1).optional(),
  embedding_model: z.string().min(1).max(200).default('text-embedding-3-small'),
  /** Vector length; a model that returns another is refused. */
  embedding_dimension: whole(2, 4_096).default(1_536),
  /** Minimum cosine at which a hybrid search includes what no word finds; depends on the model. */
  embedding_floor: z.coerce.number().min(-1).max(1).default(0.45),
  /** The steps that this process runs; default all; `none` leaves them to workers. */
  worker_kinds: z
    .string()
    .default(STEP_KINDS.join(','))
    .transform((text) => (text.trim() === 'none' ? [] : listed(text)))
    .pipe(z.array(z.enum(STEP_KINDS))),
  /** For commands: URL of a running service, and an API key. */
  url: z.url({ protocol: /^https?$/ }).optional(),
  api_key: z.string().min(1).optional(),
});
export type Config = z.infer<typeof Variables>;
type Name = keyof Config;
/** Names of all settings. */
export const NAMES = Object.keys(Variables.shape) as Name[];
/** Secrets may come from a file: TUODI_LINK_SECRET_FILE. */
const SECRETS: readonly string[] = [
  ...(['link_secret', 'link_secret_previous', 'ocr_callback_secret_previous', 's3_events_token_previous'] satisfies Name[]),
  ...([
    'api_key',
    'database_url',
    'redis_url',
    'elasticsearch_url',
    'elasticsearch_api_key',
    'elasticsearch_password',
  ] satisfies Name[]),
  ...(['s3_access_key', 's3_secret_key', 's3_events_token'] satisfies Name[]),
  ...(['ocr_api_key', 'ocr_callback_secret', 'embedding_api_key'] satisfies Name[]),
];
export const PREFIX = 'TUODI_';

/** In the data folder, written by a running service for commands on this machine. */
export const SERVICE_FILE = 'service.json';

/** What is wrong with the configuration, one line a fault. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** `flags` win over the environment. Returns warnings about unknown names. */
export function readConfig(
  env: NodeJS.ProcessEnv,
  flags: Partial<Record<Name, string>> = {},
): { config: Config; warnings: string[] } {
  const given: Record<string, string> = {};
  const warnings: string[] = [];
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || value === undefined || value === '') continue;
    const name = variable.slice(PREFIX.length).toLowerCase();
    const secret = name.replace(/_file$/, '');
    if (NAMES.some((known) => known === name)) given[name] = value;
    else if (name.endsWith('_file') && SECRETS.includes(secret)) given[secret] = fromFile(variable, value);
    else warnings.push(`${variable} is not known; the nearest name is ${PREFIX}${nearestName(name, NAMES).toUpperCase()}`);
  }
  const parsed = Variables.safeParse({ ...given, ...flags });
  if (parsed.success) return { config: parsed.data, warnings };
  const faults = parsed.error.issues.map(({ path, message }) => `${PREFIX}${String(path[0] ?? '').toUpperCase()}: ${message}`);
  throw new ConfigError(faults.join('\n'));
}

/** What is in this process, by the variable that would put it on a server: with any of it, no other process may work beside this one. */
export function inProcess(config: Config): { part: string; variable: string }[] {
  const parts = [
    { part: 'the facts', variable: 'database_url', server: config.database_url },
    { part: 'the queue', variable: 'redis_url', server: config.redis_url },
    { part: 'the search index', variable: 'elasticsearch_url', server: config.elasticsearch_url },
    { part: 'the pictures', variable: 's3_bucket', server: config.s3_bucket },
  ];
  return parts
    .filter(({ server }) => server === undefined)
    .map(({ part, variable }) => ({ part, variable: PREFIX + variable.toUpperCase() }));
}

/** Throws ConfigError with a reason when these settings make no sense together. */
export function checkTogether(config: Config, command: 'serve' | 'worker'): void {
  const own = inProcess(config);
  if (command === 'worker' && own.length > 0)
    throw new ConfigError(
      `A worker stands beside a service on the same servers, but here ${own.map(({ part }) => part).join(', ')} would be in the worker's own process: set ${own.map(({ variable }) => variable).join(', ')}, or run \`tuodi serve\` alone`,
    );
  if (command === 'worker' && config.worker_kinds.length === 0)
    throw new ConfigError('TUODI_WORKER_KINDS: a worker that runs no step has nothing to do');
  if (command === 'serve' && config.worker_kinds.length < STEP_KINDS.length && own.length > 0)
    throw new ConfigError(
      `TUODI_WORKER_KINDS: no worker can do what this process leaves, since ${own.map(({ part }) => part).join(', ')} would be in its own process; leave it out, or set ${own.map(({ variable }) => variable).join(', ')}`,
    );
  if (own.length === 0 && !config.link_secret)
    throw new ConfigError(
      'TUODI_LINK_SECRET: several processes may serve these servers, so say the secret that all of them sign links with',
    );
  checkElasticsearch(config);
  if (config.redis_ca_file !== undefined && !config.redis_url?.startsWith('rediss://'))
    throw new ConfigError('TUODI_REDIS_CA_FILE: without TLS nothing is checked by it; let TUODI_REDIS_URL begin with rediss://');
  if ((config.s3_access_key === undefined) !== (config.s3_secret_key === undefined))
    throw new ConfigError('TUODI_S3_ACCESS_KEY and TUODI_S3_SECRET_KEY are said together, or neither');
  for (const [name, current] of [
    ['s3_events_token', config.s3_events_token],
    ['ocr_callback_secret', config.ocr_callback_secret],
  ] as const)
    if (current === undefined && config[`${name}_previous`] !== undefined)
      throw new ConfigError(
        `${PREFIX}${name.toUpperCase()}_PREVIOUS is set without ${PREFIX}${name.toUpperCase()}: it goes with the one that replaces it`,
      );
}

/** Warnings about settings that are allowed but probably not intended: logged at each start, a line each. */
export function warningsOf(config: Config): string[] {
  const { listen, public_url } = config;
  const warnings = exampleSecrets(config).map(
    (name) => `${PREFIX}${name.toUpperCase()} has the value of an example, which everybody knows: make one of your own`,
  );
  if (public_url === undefined && /^(0\.0\.0\.0|::|0:0:0:0:0:0:0:0)$/.test(listen.host))
    warnings.push(
      `TUODI_LISTEN is ${listen.host}, and TUODI_PUBLIC_URL is not set: links will begin with http://${listen.host}:${listen.port}, which leads nowhere from another machine. Set it to the address by which clients reach this service`,
    );
  return warnings;
}

/** Settings with example secrets of other services, which must refuse them themselves. */
const exampleSecrets = (config: Config): Name[] =>
  NAMES.filter((name) => {
    const value = config[name];
    return SECRETS.includes(name) && typeof value === 'string' && secretsIn(value).some(isExample);
  });

function checkElasticsearch(config: Config): void {
  const { elasticsearch_url: url, elasticsearch_user: user, elasticsearch_password: password } = config;
  if ((user === undefined) !== (password === undefined))
    throw new ConfigError('TUODI_ELASTICSEARCH_USER and TUODI_ELASTICSEARCH_PASSWORD are said together, or neither');
  if (user !== undefined && config.elasticsearch_api_key !== undefined)
    throw new ConfigError('TUODI_ELASTICSEARCH_API_KEY, or TUODI_ELASTICSEARCH_USER and TUODI_ELASTICSEARCH_PASSWORD: not both');
  if (config.elasticsearch_ca_file !== undefined && !url?.startsWith('https://'))
    throw new ConfigError(
      'TUODI_ELASTICSEARCH_CA_FILE: without TLS nothing is checked by it; let TUODI_ELASTICSEARCH_URL begin with https://',
    );
}

/** Throws ConfigError. */
export function fromFile(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`${variable}: cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
