/** `tuodi keys [list | create <name> | revoke <key_id>]`: on the facts themselves, beside a running service too. */
import { DEFAULT_ORGANISATION } from '../app/bootstrap-keys.ts';
import type { Role } from '../contract/roles.ts';
import { isLocalName, makeKey } from '../runtime/accounts/api-keys.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import { rightsText, roleOf, scopeOf } from './accounts.ts';
import { UsageError } from './errors.ts';
import { table } from './output.ts';
import { dayOf, factsCommand, MAX_LISTED, nameOf } from './with-facts.ts';

export type KeysOptions = { org?: string; user?: string; role?: string; expires?: string; installation?: boolean };
/** Enough for every call about pictures. */
const DEFAULT_ROLE: Role = 'editor';

export const keysCommand = factsCommand<KeysOptions>('keys', {
  async list(facts, _, { org }, out) {
    const keys = await facts.accounts.keys(await scopeOf(facts, org), MAX_LISTED);
    const shown = keys.map(({ secret_hash: _hash, ...key }) => key);
    out.result({ keys: shown }, () =>
      table([
        ['key_id', 'name', 'role', 'made', 'expires', 'revoked', 'last used'],
        ...shown.map((key) => [
          ...[key.key_id, key.name, rightsText(key)],
          ...[dayOf(key.created_at), dayOf(key.expires_at), dayOf(key.revoked_at), dayOf(key.last_used_at)],
        ]),
      ]),
    );
    return 0;
  },

  async create(facts, name, { org, user, role: wanted = DEFAULT_ROLE, expires, installation = false }, out) {
    const clock = systemClock();
    const role = roleOf(wanted);
    const named = nameOf(name, 'keys create <name>, what the key is for');
    if (isLocalName(named))
      throw new UsageError(`${named} is a name of the keys that a service makes for itself; choose another`);
    const created_at = clock.now();
    const expires_at = expires === undefined ? null : expiryOf(expires, created_at);
    const { org_id } = await scopeOf(facts, org);
    const user_id = await userOf(facts, { org_id, user });
    const { text, key_id, secret_hash } = makeKey(clock);
    const rights = { role, installation, expires_at };
    await facts.accounts.addKey({ key_id, org_id, user_id, name: named, ...rights, secret_hash, created_at, revoked_at: null });
    out.result({ key_id, api_key: text, org_id, user_id, ...rights }, () => `${text}\nIt is shown once.`);
    return 0;
  },

  async revoke(facts, key_id, { org }, out) {
    if (!key_id) throw new UsageError('keys revoke <key_id>');
    const revoked = await facts.accounts.revokeKey(await scopeOf(facts, org), key_id, systemClock().now());
    out.result({ key_id, revoked }, () => (revoked ? `${key_id} is revoked.` : `There is no key ${key_id} to revoke.`));
    return revoked ? 0 : 3;
  },
});

const UNIT_MS: Record<string, number> = { h: 3_600_000, d: 24 * 3_600_000 };
/** Maximum days of a lifetime: a time that a database and a calendar take. */
const MAX_DAYS = 36_500;

/** `90d`, `12h`, or a date or time of RFC 3339; in epoch milliseconds. Throws UsageError for what is none, or past. */
function expiryOf(text: string, now: number): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([hd])$/.exec(text) ?? [];
  const is_time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const at = count !== '' ? now + Number(count) * (UNIT_MS[unit] ?? 0) : is_time && isDay(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new UsageError(`--expires ${text}: such as 90d, 12h or 2027-01-31`);
  if (at <= now || at > now + MAX_DAYS * 24 * 3_600_000) throw new UsageError(`--expires ${text} is not in the next 100 years`);
  return at;
}

/** Whether the calendar has the day: February 31 would be parsed as March 3. */
function isDay(text: string): boolean {
  const day = text.slice(0, 10);
  const at = Date.parse(day);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

/** The user that the key acts for: the first of the organisation unless one is named, and made if it has none. */
async function userOf({ accounts }: Facts, { org_id, user }: { org_id: string; user: string | undefined }): Promise<string> {
  const all = await accounts.users({ org_id }, MAX_LISTED);
  const users = all.filter(({ revoked_at }) => revoked_at === null);
  if (user !== undefined) {
    if (!users.some(({ user_id }) => user_id === user))
      throw new UsageError(`there is no user ${user} of ${org_id}, or it is revoked; see tuodi users`);
    return user;
  }
  const usual = org_id === DEFAULT_ORGANISATION.org_id ? DEFAULT_ORGANISATION.user_id : `${org_id}-admin`;
  const [first] = users.some(({ user_id }) => user_id === usual) ? [{ user_id: usual }] : users;
  if (first) return first.user_id;
  if (all.length > 0)
    throw new UsageError(`all users of ${org_id} are revoked; make one with tuodi users create --org ${org_id}`);
  await accounts.ensure({ org_id, name: org_id, user_id: usual, user_name: 'admin', at: systemClock().now() });
  return usual;
}
