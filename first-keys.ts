/** The keys that a start makes: the first of all, and one for commands on this machine. */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import path from 'node:path';
import { makeKey, type NewKey } from './http/keys.ts';
import type { Clock } from './runtime/clock.ts';
import type { Facts } from './runtime/ports-facts.ts';

/** The organisation and the user that the first start makes. */
export const DEFAULT_ORGANISATION = { org_id: 'default', name: 'default', user_id: 'admin', user_name: 'admin' };
const MOST_KEYS = 1_000;

/** The organisation `default` with an admin key, once; and a key for commands on this machine, anew at each start on this folder. */
export async function firstKeys(
  { accounts }: Facts,
  clock: Clock,
  data_dir: string,
): Promise<{ first: NewKey | null; local: NewKey }> {
  const at = clock.wall();
  await accounts.ensure({ ...DEFAULT_ORGANISATION, at });
  const { org_id, user_id } = DEFAULT_ORGANISATION;
  const local = localName(data_dir);
  const known = await accounts.keys({ org_id }, MOST_KEYS);
  for (const { name, key_id, revoked_at } of known)
    if (name === local && revoked_at === null) await accounts.revokeKey({ org_id }, key_id, at); // of a process that was killed
  const added = async (name: string): Promise<NewKey> => {
    const key = makeKey(clock);
    const { key_id, secret_hash } = key;
    await accounts.addKey({ key_id, org_id, user_id, name, role: 'admin', secret_hash, created_at: at, revoked_at: null });
    return key;
  };
  const first = known.some(({ name }) => !isLocal(name)) ? null : await added('first');
  return { first, local: await added(local) };
}

/** Of this folder on this machine: another process' key is left alone. */
const localName = (data_dir: string) =>
  `local-${createHash('sha256')
    .update(`${hostname()}:${path.resolve(data_dir)}`)
    .digest('hex')
    .slice(0, 16)}`;
const isLocal = (name: string) => /^local(-[0-9a-f]{16})?$/.test(name);
