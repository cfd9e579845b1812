/** The keys that a start makes: the first of all, and one for commands on this machine. */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import path from 'node:path';
import { isLocalName, makeKey, type NewKey } from '../runtime/accounts/api-keys.ts';
import type { Clock } from '../runtime/async/clock.ts';
import type { Facts } from '../runtime/ports/facts.ts';

/** The organisation and the user that the first start makes. */
export const DEFAULT_ORGANISATION = { org_id: 'default', name: 'default', user_id: 'admin', user_name: 'admin' };
const MOST_KEYS = 1_000;

/** A key for commands on this machine, anew at each start on this folder, and the organisation `default` around it. */
export async function localKey({ accounts }: Facts, clock: Clock, data_dir: string): Promise<NewKey> {
  const at = clock.now();
  await accounts.ensure({ ...DEFAULT_ORGANISATION, at });
  const { org_id } = DEFAULT_ORGANISATION;
  const local = localName(data_dir);
  for (const { name, key_id, revoked_at } of await accounts.keys({ org_id }, MOST_KEYS))
    if (name === local && revoked_at === null) await accounts.revokeKey({ org_id }, key_id, at); // of a process that was killed
  return added({ accounts }, local, clock);
}

/** An admin key where nobody has one yet, else null. Nothing tells it again: make it once all else of a start has gone well. */
export async function firstKey({ accounts }: Facts, clock: Clock): Promise<NewKey | null> {
  const known = await accounts.keys({ org_id: DEFAULT_ORGANISATION.org_id }, MOST_KEYS);
  return known.some(({ name }) => !isLocalName(name)) ? null : added({ accounts }, 'first', clock);
}

async function added({ accounts }: Pick<Facts, 'accounts'>, name: string, clock: Clock): Promise<NewKey> {
  const key = makeKey(clock);
  const { org_id, user_id } = DEFAULT_ORGANISATION;
  const { key_id, secret_hash } = key;
  await accounts.addKey({
    key_id,
    org_id,
    user_id,
    name,
    role: 'admin',
    secret_hash,
    created_at: clock.now(),
    revoked_at: null,
  });
  return key;
}

/** Of this folder on this machine: another process' key is left alone. */
const localName = (data_dir: string) =>
  `local-${createHash('sha256')
    .update(`${hostname()}:${path.resolve(data_dir)}`)
    .digest('hex')
    .slice(0, 16)}`;
