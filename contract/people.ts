/** Users and keys of an organisation, as its administrators see and change them; and how much of its quota is used. */
import { z } from 'zod';
import { line } from './metadata.ts';
import { ROLE_NAMES } from './roles.ts';

const Name = line(100);
const Role = z.enum(ROLE_NAMES);
const Time = z.iso.datetime();

/** installation: may also do what concerns all organisations. revoked_at: null while the user may sign in. */
export const User = z
  .object({
    user_id: z.string(),
    name: z.string(),
    role: Role,
    installation: z.boolean(),
    created_at: Time,
    revoked_at: Time.nullable(),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

/** login_url: signs one browser in as the user, once, until expires_at; the token stands after `#`. It is shown once. */
export const LoginLink = z.object({ login_url: z.string(), expires_at: Time }).meta({ id: 'LoginLink' });
export type LoginLink = z.infer<typeof LoginLink>;

export const InviteUser = z.strictObject({ name: Name, role: Role }).meta({ id: 'InviteUser' });
export const Invited = z.object({ user: User, login: LoginLink }).meta({ id: 'Invited' });
export const ChangeUser = z.strictObject({ role: Role }).meta({ id: 'ChangeUser' });

/** last_used_at: to the hour; null: not used since it is kept. expires_at: null: never. Never the secret. */
export const AccessKey = z
  .object({
    key_id: z.string(),
    name: z.string(),
    role: Role,
    installation: z.boolean(),
    user_id: z.string(),
    created_at: Time,
    expires_at: Time.nullable(),
    revoked_at: Time.nullable(),
    last_used_at: Time.nullable(),
  })
  .meta({ id: 'AccessKey' });
export type AccessKey = z.infer<typeof AccessKey>;

/** user_id: whom the key acts for; the caller's own user unless given. expires_at: in the future; absent: never. */
export const CreateKey = z
  .strictObject({ name: Name, role: Role, user_id: line(100).optional(), expires_at: Time.optional() })
  .meta({ id: 'CreateKey' });
/** api_key: the whole key, shown this once and kept nowhere. */
export const CreatedKey = z.object({ key: AccessKey, api_key: z.string() }).meta({ id: 'CreatedKey' });

/** pictures and bytes (of originals): of those that are kept, the trash and announced uploads too. */
export const UsageOfQuota = z
  .object({
    pictures: z.object({ used: z.int(), quota: z.int() }),
    bytes: z.object({ used: z.int(), quota: z.int() }),
  })
  .meta({ id: 'UsageOfQuota' });
export type UsageOfQuota = z.infer<typeof UsageOfQuota>;

/** Lists are of the oldest so many: an organisation has few. */
export const MAX_PEOPLE = 500;
