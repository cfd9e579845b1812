/** A browser as far as sessions go: it keeps its cookie, and says from which page it asks. */
import { request } from 'node:http';
import { makeLogin } from '../../runtime/accounts/sessions.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { Facts } from '../../runtime/ports/facts.ts';

export type Page = { status: number; headers: Record<string, string>; set_cookie: string[]; text: string };
type Asking = { body?: unknown; headers?: Record<string, string> };

/** `cookie`: what it sends; '' for none. */
export type Browser = {
  cookie: string;
  ask(method: string, route: string, asking?: Asking): Promise<Page>;
  signIn(token: string): Promise<Page>;
};

/** `page`: the origin of the page that asks; null: no Origin is sent. */
export function browser(at: string, page: string | null = new URL(at).origin): Browser {
  const { hostname, port } = new URL(at);
  const self: Browser = {
    cookie: '',
    ask: (method, route, { body, headers = {} } = {}) =>
      new Promise((resolve, reject) => {
        const sent = {
          ...(self.cookie ? { cookie: self.cookie } : {}),
          ...(page === null ? {} : { origin: page }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        };
        const asked = request({ host: hostname.replace(/^\[|\]$/g, ''), port, method, path: route, headers: sent }, (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          answer.on('error', reject).on('end', () => {
            const set_cookie = answer.headers['set-cookie'] ?? [];
            for (const one of set_cookie) {
              const [, pair = '', value = ''] = /^([^=]+=([^;]*))/.exec(one) ?? [];
              self.cookie = value === '' ? '' : pair;
            }
            const rest = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
            resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(rest), set_cookie, text });
          });
        });
        asked.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
      }),
    signIn: (token) => self.ask('POST', '/v1/session', { body: { token } }),
  };
  return self;
}

/** A login token for a user of this role, who is made with it. */
export async function loginFor(
  { facts, clock }: { facts: Facts; clock: Clock },
  {
    org_id = 'a',
    role = 'editor',
    user_id = clock.newId(),
  }: Partial<{ org_id: string; role: 'viewer' | 'editor' | 'operator' | 'admin'; user_id: string }> = {},
): Promise<{ user_id: string; token: string }> {
  if (!(await facts.accounts.user({ org_id }, user_id)))
    await facts.accounts.addUser({
      ...{ user_id, org_id, name: `name of ${user_id}`, role, installation: false },
      ...{ created_at: clock.now(), revoked_at: null },
    });
  const token = await makeLogin({ facts, clock }, { org_id, user_id });
  if (token === null) throw new Error(`${user_id} may not sign in`);
  return { user_id, token };
}
