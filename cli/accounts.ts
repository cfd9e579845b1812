/** `tuodi orgs [list | create <org_id>]` and `tuodi users [list | create <name>]`: who may have keys. */
import { DEFAULT_ORGANISATION } from '../app/bootstrap-keys.ts';
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

export type UsersOptions = { org?: string };
export const usersCommand = factsCommand<UsersOptions>('users', {
  async list(facts, _, { org }, out) {
    const users = await facts.accounts.users(await scopeOf(facts, org), MAX_LISTED);
    out.result({ users }, () =>
      table([['user_id', 'name', 'made'], ...users.map(({ user_id, name, created_at }) => [user_id, name, dayOf(created_at)])]),
    );
    return 0;
  },

  async create(facts, name, { org }, out) {
    const clock = systemClock();
    const { org_id } = await scopeOf(facts, org);
    const user = { user_id: clock.newId(), org_id, name: nameOf(name, 'users create <name>'), created_at: clock.now() };
    await facts.accounts.addUser(user);
    out.result(user, () => `${user.user_id}\nNext: tuodi keys create <name> --org ${org_id} --user ${user.user_id}`);
    return 0;
  },
});

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
