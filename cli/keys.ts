/** `tuodi keys [list | create <name> | revoke <key_id>]`: of the data folder itself, beside a running service too. */

import { DEFAULT_ORGANISATION } from '../app/bootstrap-keys.ts';
import { openFacts } from '../app/open-ports.ts';
import type { ExitCode } from '../contract/exit-codes.ts';
import { makeKey } from '../runtime/accounts/api-keys.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import type { Run } from './command.ts';
import { UsageError } from './errors.ts';
import { type Output, table } from './output.ts';

const MOST_KEYS = 1_000;
type Action = (facts: Facts, subject: string | undefined, out: Output) => Promise<ExitCode>;
const scope = { org_id: DEFAULT_ORGANISATION.org_id };

const list: Action = async ({ accounts }, _, out) => {
  const keys = await accounts.keys(scope, MOST_KEYS);
  const shown = keys.map(({ secret_hash: _hash, ...key }) => key);
  const day = (at: number | null) => (at === null ? '' : new Date(at).toISOString().slice(0, 10));
  out.result({ keys: shown }, () =>
    table([
      ['key_id', 'name', 'role', 'made', 'revoked'],
      ...shown.map((key) => [key.key_id, key.name, key.role, day(key.created_at), day(key.revoked_at)]),
    ]),
  );
  return 0;
};

const create: Action = async ({ accounts }, name, out) => {
  if (!name || name.length > 200) throw new UsageError('keys create <name>: what the key is for, at most 200 characters');
  const clock = systemClock();
  const { text, key_id, secret_hash } = makeKey(clock);
  const { org_id, user_id } = DEFAULT_ORGANISATION;
  await accounts.ensure({ ...DEFAULT_ORGANISATION, at: clock.now() });
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
  out.result({ key_id, api_key: text }, () => `${text}\nIt is shown once.`);
  return 0;
};

const revoke: Action = async ({ accounts }, key_id, out) => {
  if (!key_id) throw new UsageError('keys revoke <key_id>');
  const revoked = await accounts.revokeKey(scope, key_id, systemClock().now());
  out.result({ key_id, revoked }, () => (revoked ? `${key_id} is revoked.` : `There is no key ${key_id} to revoke.`));
  return revoked ? 0 : 3;
};

const ACTIONS: Record<string, Action> = { list, create, revoke };

export const keysCommand =
  (action: string, subject: string | undefined): Run =>
  async (config, out) => {
    const does = ACTIONS[action];
    if (!does) throw new UsageError(`keys ${action} is not known: list, create or revoke`);
    const facts = await openFacts(config, { clock: systemClock() });
    try {
      return await does(facts, subject, out);
    } finally {
      await facts.close();
    }
  };
