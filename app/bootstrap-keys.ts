/** The keys that a start makes: the first of all, and one for commands on this machine. */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import path from 'node:path';
import { isLocalName, makeKey, type NewKey } from '../runtime/accounts/api-keys.ts';
import type { Clock } from '../runtime/async/clock.ts';
import type { Facts } from '../runtime/ports/facts.ts';

/** The organisation and the user that the first start makes. */
export const DEFAULT_ORGANISATION = {
  org_id: 'default',
  name: 'default',
  user_id: 'admin',
  user_name: 'admin',
  installation: true,
};
const MAX_KEYS = 1_000;

/** Creates a key for commands on this machine, anew at each start on this folder, and the organisation `default`. */
export async function localKey({ accounts }: Facts, clock: Clock, data_dir: string): Promise<NewKey> {
  const at = clock.now();
  await accounts.ensure({ ...DEFAULT_ORGANISATION, at });
  const { org_id } = DEFAULT_ORGANISATION;
  const local = localName(data_dir);
  for (const { name, key_id, revoked_at } of await accounts.keys({ org_id }, MAX_KEYS))
    if (name === local && revoked_at === null) await accounts.revokeKey({ org_id }, key_id, at); // left by a process that was killed
  return addKey({ accounts }, local, clock);
}

/** Creates an admin key if there is none yet, else returns null. It can't be shown again: create it once the rest of a start has succeeded. */
export async function firstKey({ accounts }: Facts, clock: Clock): Promise<NewKey | null> {
  const known = await accounts.keys({ org_id: DEFAULT_ORGANISATION.org_id }, MAX_KEYS);
  return known.some(({ name }) => !isLocalName(name)) ? null : addKey({ accounts }, 'first', clock);
}

async function addKey({ accounts }: Pick<Facts, 'accounts'>, name: string, clock: Clock): Promise<NewKey> {
  const key = makeKey(clock);
  const { org_id, user_id } = DEFAULT_ORGANISATION;
  const { key_id, secret_hash } = key;
  await accounts.addKey({
    key_id,
    org_id,
    user_id,
    name,
    role: 'admin',
    installation: true,
    secret_hash,
    created_at: clock.now(),
    expires_at: null,
    revoked_at: null,
  });
  return key;
}

/** A name for this folder on this machine, so that other processes' keys are left alone. */
const localName = (data_dir: string) =>
  `local-${createHash('sha256')
    .update(`${hostname()}:${path.resolve(data_dir)}`)
    .digest('hex')
    .slice(0, 16)}`;
