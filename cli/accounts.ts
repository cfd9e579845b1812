/** `tuodi orgs [list | create <org_id>]` and `tuodi users [list | create <name> | role <user_id> | revoke <user_id>]`: who may sign in and have keys. */
import { DEFAULT_ORGANISATION } from '../app/bootstrap-keys.ts';
import { isRole, ROLE_NAMES, type Role } from '../contract/roles.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import { UsageError } from './errors.ts';
import { table } from './output.ts';
import { dayOf, factsCommand, MAX_LISTED, nameOf, unlessThere } from './with-facts.ts';

/** A part of the keys of objects: what is a path nowhere. */
const ORG_ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

export type OrgsOptions = { name?: string };
export const orgsCommand = factsCommand<OrgsOptions>('orgs', {
  async list({ accounts }, _, __, out) {
    const organisations = await accounts.organisations(MAX_LISTED);
    out.result({ organisations }, () =>
      table([
        ['org_id', 'name', 'made'],
        ...organisations.map(({ org_id, name, created_at }) => [org_id, name, dayOf(created_at)]),
      ]),
    );
    return 0;
  },

  async create({ accounts }, org_id, { name = org_id }, out) {
    if (!org_id || !ORG_ID.test(org_id))
      throw new UsageError('orgs create <org_id>: lower-case letters, digits and hyphens, at most 63, such as `night-school`');
    const organisation = { org_id, name: nameOf(name, 'orgs create --name'), created_at: systemClock().now() };
    await unlessThere(accounts.addOrganisation(organisation), `there is an organisation ${org_id} already`);
    out.result(organisation, () => `${org_id} is made. Next: tuodi keys create <name> --org ${org_id}`);
    return 0;
  },
});

export type UsersOptions = { org?: string; role?: string; installation?: boolean };
/** Enough for every call about pictures; as of a key. */
const DEFAULT_ROLE: Role = 'editor';

export const usersCommand = factsCommand<UsersOptions>('users', {
  async list(facts, _, { org }, out) {
    const users = await facts.accounts.users(await scopeOf(facts, org), MAX_LISTED);
    out.result({ users }, () =>
      table([
        ['user_id', 'name', 'role', 'made', 'revoked'],
        ...users.map((user) => [user.user_id, user.name, rightsText(user), dayOf(user.created_at), dayOf(user.revoked_at)]),
      ]),
    );
    return 0;
  },

  async create(facts, name, { org, role, installation = false }, out) {
    const clock = systemClock();
    const rights = { role: roleOf(role ?? DEFAULT_ROLE), installation };
    const named = nameOf(name, 'users create <name>');
    const { org_id } = await scopeOf(facts, org);
    const user = { user_id: clock.newId(), org_id, name: named, ...rights, created_at: clock.now(), revoked_at: null };
    await facts.accounts.addUser(user);
    out.result(user, () =>
      [
        user.user_id,
        `Next: tuodi login-link --org ${org_id} --user ${user.user_id}, or tuodi keys create <name> --org ${org_id} --user ${user.user_id}`,
      ].join('\n'),
    );
    return 0;
  },

  /** Sessions of the user end, so that none goes on with what it could do before. */
  async role(facts, user_id, { org, role, installation = false }, out) {
    if (!user_id || role === undefined) throw new UsageError('users role <user_id> --role <role>');
    const rights = { role: roleOf(role), installation };
    const scope = await scopeOf(facts, org);
    const changed = await facts.accounts.setRole(scope, user_id, { ...rights, at: systemClock().now() });
    out.result({ user_id, ...rights, changed }, () =>
      changed
        ? `${user_id}: ${rightsText(rights)}. Browsers of the user sign in again; keys keep their roles.`
        : `There is no user ${user_id} who is not revoked.`,
    );
    return changed ? 0 : 3;
  },

  async revoke(facts, user_id, { org }, out) {
    if (!user_id) throw new UsageError('users revoke <user_id>');
    const revoked = await facts.accounts.revokeUser(await scopeOf(facts, org), user_id, systemClock().now());
    out.result({ user_id, revoked }, () =>
      revoked
        ? `${user_id} is revoked: sessions, login links and keys of the user have ended. Pictures stay.`
        : `There is no user ${user_id} to revoke.`,
    );
    return revoked ? 0 : 3;
  },
});

/** Throws UsageError for what is none. */
export function roleOf(name: string): Role {
  if (!isRole(name)) throw new UsageError(`${name} is no role: ${ROLE_NAMES.join(', ')}`);
  return name;
}
export const rightsText = ({ role, installation }: { role: Role; installation: boolean }): string =>
  installation ? `${role}, installation` : role;

/** The organisation that is named, or `default`. Throws UsageError if there is none of this id. */
export async function scopeOf({ accounts }: Facts, org: string | undefined): Promise<{ org_id: string }> {
  if (org === undefined || org === DEFAULT_ORGANISATION.org_id) {
    await accounts.ensure({ ...DEFAULT_ORGANISATION, at: systemClock().now() });
    return { org_id: DEFAULT_ORGANISATION.org_id };
  }
  const known = await accounts.organisations(MAX_LISTED);
  if (!known.some(({ org_id }) => org_id === org)) throw new UsageError(`there is no organisation ${org}; see tuodi orgs`);
  return { org_id: org };
}
