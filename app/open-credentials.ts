/** Checks of credentials: refused at a start they stop it, with the variable; later they are a condition of the process. */

import type { Clock } from '../runtime/async/clock.ts';
import { withTimeout } from '../runtime/async/timeout.ts';
import type { Conditions } from '../runtime/health/conditions.ts';
import { type Credentials, credentialsOf, refusalIn } from '../runtime/health/credentials.ts';
import type { Embedder, Recogniser } from '../runtime/ports/providers.ts';
import { type Config, ConfigError, fromFile, PREFIX } from './config.ts';

/** The certificates in a file that a variable names. */
export function certificatesOf(
  config: Config,
  name: 'database_ca_file' | 'redis_ca_file' | 'elasticsearch_ca_file',
): string | undefined {
  const file = config[name];
  if (file === undefined) return undefined;
  const variable = PREFIX + name.toUpperCase();
  const text = fromFile(variable, file);
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw new ConfigError(`${variable}: there is no certificate (PEM) in ${file}`);
  return text;
}

/** The address of the database, and the authority of its certificates. */
export const mysqlOf = (config: Config, url: string) => ({ url, ca: certificatesOf(config, 'database_ca_file') });
/** For a start or a command: refused credentials stop it with a ConfigError that names the variable. */
export async function named<Opened>(open: () => Promise<Opened>): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    const refusal = refusalIn(error);
    throw refusal === null ? error : new ConfigError(refusal);
  }
}
type Watching = { conditions?: Conditions; clock?: Clock };
/** For later: refused credentials are a condition of the process. */
export const watched = ({ conditions, clock }: Watching, part: string): { credentials?: Credentials } =>
  conditions && clock ? { credentials: credentialsOf({ conditions, clock }, part) } : {};

/** Checks at a start whether providers accept our keys. All other errors are left for later, when there is work. */
export async function checkKeys(
  { recogniser, embedder }: { recogniser: Recogniser; embedder: Embedder },
  config: Config,
  clock: Clock,
): Promise<void> {
  const asked = [
    ...(config.ocr_url === undefined ? [] : [() => recogniser.ready()]),
    ...(config.embedding_url === undefined ? [] : [(signal: AbortSignal) => embedder.embed([KEY_CHECK], signal)]),
  ];
  const work = asked.map((ask) => withTimeout<unknown>({ clock, limit_ms: KEY_CHECK_LIMIT_MS }, ask));
  for (const result of await Promise.allSettled(work)) {
    const refusal = result.status === 'rejected' ? refusalIn(result.reason) : null;
    if (refusal !== null) throw new ConfigError(refusal);
  }
}
/** A short text that has a vector. */
const KEY_CHECK = 'tuodi';
/** A start waits no longer: pictures wait for a slow or unavailable provider. */
const KEY_CHECK_LIMIT_MS = 5_000;
