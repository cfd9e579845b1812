/** Keys as they were looked up last: while the database is away, whoever used one a moment ago may still see how the installation does. */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../runtime/async/clock.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { ApiKey } from '../../runtime/ports/accounts.ts';
import type { Facts } from '../../runtime/ports/facts.ts';

export interface KnownKeys {
  /** This key is known for as long as the process runs. */
  remember(key: ApiKey): void;
  /** null: there is none. `without_database`: what was looked up a moment ago will do. Throws what the facts throw. */
  get(key_id: string, without_database: boolean): Promise<ApiKey | null>;
  /** The key was shown, and holds: written at most once an hour, without being waited for. */
  used(key_id: string): void;
}

/** How long a key that may have been revoked meanwhile is still known: an outage is noticed, and looked into, within this time. */
const KNOWN_MS = 60 * 60_000;
const MAX_KEYS = 200;
/** How exactly the last use of a key is kept. */
const USE_KEPT_MS = 60 * 60_000;
/** How long the database is waited for where a known key will do. */
const LIMIT_MS = 1_000;

type Deps = {
  facts: Pick<Facts, 'accounts'>;
  clock: Clock;
  readiness: () => { checks: Record<string, { state: string }> };
};

export function createKnownKeys({ facts, clock, readiness }: Deps): KnownKeys {
  const uses = new LRUCache<string, true>({ max: 50 * MAX_KEYS, ttl: USE_KEPT_MS, perf: { now: () => clock.elapsed() } });
  const known = new LRUCache<string, { key: ApiKey; at: number }>({ max: MAX_KEYS });
  async function lookUp(key_id: string): Promise<ApiKey | null> {
    const key = await facts.accounts.key(key_id);
    const at = Math.max(clock.elapsed(), known.get(key_id)?.at ?? 0);
    if (key) known.set(key_id, { key, at });
    else known.delete(key_id);
    return key;
  }
  return {
    used(key_id) {
      if (uses.has(key_id)) return;
      uses.set(key_id, true);
      const at = clock.now();
      facts.accounts.noteKeyUse(key_id, { at, known_since: at - USE_KEPT_MS }).catch(() => uses.delete(key_id)); // the database is away: written at the next use
    },
    remember: (key) => void known.set(key.key_id, { key, at: Number.POSITIVE_INFINITY }),
    async get(key_id, without_database) {
      const found = without_database ? known.get(key_id) : undefined;
      if (!found || clock.elapsed() - found.at > KNOWN_MS) return lookUp(key_id);
      if (readiness().checks.database?.state === 'away') return found.key;
      return withTimeout({ clock, limit_ms: LIMIT_MS }, () => lookUp(key_id)).catch(() => found.key);
    },
  };
}
