/** Configuration: environment variables and flags, one strict schema, checked at start. A wrong value stops the start and is named. */
import { readFileSync } from 'node:fs';
import { closest } from 'fastest-levenshtein';
import type { z } from 'zod';
import { STEP_KINDS } from '../contract/step-kinds.ts';
import { isExample, secretsIn } from './secrets.ts';
import { numberFault, withoutUnits } from './settings/units.ts';
import { noteOf, Variables } from './settings/variables.ts';

export type Config = z.infer<typeof Variables>;
type Name = keyof Config;
/** Names of all settings. */
export const NAMES = Object.keys(Variables.shape) as Name[];
/** Settings that are secrets or may hold one. They may come from a file: TUODI_LINK_SECRET_FILE. */
export const SECRETS: readonly string[] = NAMES.filter((name) => noteOf(name).secret);
export const PREFIX = 'TUODI_';

/** What is wrong with the configuration, one line a fault. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Where the value of each setting came from that is not left at its default: a flag, a variable, or a file that a variable names. */
export type Sources = Partial<Record<Name, string>>;

/** Settings that are gone, and what is in their place. */
const REMOVED: Readonly<Record<string, string>> = {
  embedding_floor: 'what is near is measured by the vectors that are stored. Leave it out',
};

/** `flags` win over the environment. Returns warnings about unknown names. */
export function readConfig(
  env: NodeJS.ProcessEnv,
  flags: Partial<Record<Name, string>> = {},
): { config: Config; warnings: string[]; sources: Sources } {
  const given: Record<string, string> = {};
  const sources: Record<string, string> = {};
  const warnings: string[] = [];
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || value === undefined || value === '') continue;
    const name = variable.slice(PREFIX.length).toLowerCase();
    const secret = name.replace(/_file$/, '');
    if (NAMES.some((known) => known === name)) {
      given[name] = value;
      sources[name] = variable;
    } else if (name.endsWith('_file') && SECRETS.includes(secret)) {
      const plain = PREFIX + secret.toUpperCase();
      if (env[plain]) throw new ConfigError(`${plain} and ${variable} are both set: leave one of them out`);
      given[secret] = fromFile(variable, value);
      sources[secret] = `${variable} (${value})`;
    } else if (Object.hasOwn(REMOVED, name)) warnings.push(`${variable} is not used any more: ${REMOVED[name]}`);
    else warnings.push(`${variable} is not known; the nearest name is ${PREFIX}${closest(name, NAMES).toUpperCase()}`);
  }
  for (const flag of Object.keys(flags)) sources[flag] = `--${flag.replaceAll('_', '-')}`;
  const parsed = Variables.safeParse({ ...withoutUnits(given), ...flags });
  if (parsed.success) return { config: parsed.data, warnings, sources };
  const faults = parsed.error.issues.map(({ path: [setting = ''], message }) => {
    const name = String(setting);
    return `${PREFIX}${name.toUpperCase()}: ${numberFault(name, given[name]) ?? message}`;
  });
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
    throw new ConfigError('TUODI_S3_ACCESS_KEY and TUODI_S3_SECRET_KEY are set together, or neither');
  if (config.embedding_dir !== undefined && config.embedding_url !== undefined)
    throw new ConfigError('TUODI_EMBEDDING_DIR and TUODI_EMBEDDING_URL are both set: leave one of them out');
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
    throw new ConfigError('TUODI_ELASTICSEARCH_USER and TUODI_ELASTICSEARCH_PASSWORD are set together, or neither');
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
