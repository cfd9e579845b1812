/** Checks of credentials: refused at a start they stop it, with the variable; later they are a condition of the process. */
import type { PartName } from '../contract/parts.ts';
import type { Clock } from '../runtime/async/clock.ts';
import { withTimeout } from '../runtime/async/timeout.ts';
import type { Conditions } from '../runtime/health/conditions.ts';
import { type Credentials, credentialsOf, refusalIn } from '../runtime/health/credentials.ts';
import type { Parts } from '../runtime/health/parts.ts';
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
type Watching = { conditions?: Conditions; clock?: Clock; parts?: Parts };
/** The servers and providers, and the parts that are on each. */
const PARTS_OF = {
  database: ['database'],
  redis: ['tasks', 'queue'],
  elasticsearch: ['index'],
  s3: ['store'],
  ocr: ['recogniser'],
  embedding: ['embedder'],
} as const satisfies Record<string, readonly PartName[]>;

/** For later: refused credentials are a condition of the process, and every call tells of the parts that it is made to. */
export function watched({ conditions, clock, parts }: Watching, server: keyof typeof PARTS_OF): { credentials?: Credentials } {
  if (!conditions || !clock) return {};
  const credentials = credentialsOf({ conditions, clock }, server);
  const watch = parts?.watch(PARTS_OF[server]);
  if (!watch) return { credentials };
  return {
    credentials: {
      began: watch.began,
      accepted(wrote) {
        credentials.accepted();
        watch.answered(wrote);
      },
      failed(error) {
        credentials.failed(error);
        watch.failed(error);
      },
    },
  };
}

/** For what is in this process and takes no credentials: its calls tell of the part that it is. */
export function told({ parts }: Watching, part: PartName): { credentials?: Credentials } {
  if (!parts) return {};
  const { began, answered, failed } = parts.watch([part]);
  return { credentials: { began, accepted: answered, failed } };
}

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
