/**
 * Secrets of browsers. A login token, `tuodi_login_<secret>`, begins one session; a session's token is in a cookie, and has no form but
 * its secret. 32 random bytes need no slow hash.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../async/clock.ts';
import type { User } from '../ports/accounts.ts';
import type { Facts } from '../ports/facts.ts';
import type { NewSession, Session } from '../ports/sessions.ts';
import { hashSecret } from './api-keys.ts';

const LOGIN = /^tuodi_login_[A-Za-z0-9_-]{43}$/;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const newSecret = (): string => randomBytes(32).toString('base64url');

/** Time in which a login token must be used: as long as it takes to walk to another device. */
export const LOGIN_VALID_MS = 15 * 60_000;
/** The same of an invitation: as long as it takes to read a message. */
export const INVITATION_VALID_MS = 3 * 24 * 60 * 60_000;

/** The link of a login token: it stands after `#`, which no browser sends. `page`: the address of the web app, without a slash at the end. */
export const loginLink = (page: string, token: string): string => `${page}/#${token}`;

type Parts = { facts: Pick<Facts, 'sessions'>; clock: Clock };

/** A login token for this user, good for `valid_ms`, shown once and stored nowhere; null if the user is not there or revoked. */
export async function makeLogin(
  { facts, clock }: Parts,
  { org_id, user_id }: Pick<User, 'org_id' | 'user_id'>,
  valid_ms = LOGIN_VALID_MS,
): Promise<string | null> {
  const token = `tuodi_login_${newSecret()}`;
  const created_at = clock.now();
  const login = { token_hash: hashSecret(token), org_id, user_id, created_at, expires_at: created_at + valid_ms };
  return (await facts.sessions.addLogin(login)) ? token : null;
}

/** Begins a session of `valid_ms` by a login token. null: it was used, has expired, or is none. */
export async function beginSession(
  { facts, clock }: Parts,
  login_token: string,
  valid_ms: number,
): Promise<{ session: Session; token: string } | null> {
  if (!LOGIN.test(login_token)) return null;
  const token = newSecret();
  const created_at = clock.now();
  const wanted: NewSession = {
    ...{ session_id: clock.newId(), token_hash: hashSecret(token), created_at },
    expires_at: created_at + valid_ms,
  };
  const session = await facts.sessions.begin(hashSecret(login_token), wanted);
  return session && { session, token };
}

/** The session in use whose token this is; null for anything else. */
export async function sessionOf({ facts, clock }: Parts, token: string): Promise<Session | null> {
  return TOKEN.test(token) ? facts.sessions.byToken(hashSecret(token), clock.now()) : null;
}
