/** `tuodi login-link`: a link that signs a browser in, good once. The token stands after `#`, which no browser sends. */
import { networkInterfaces } from 'node:os';
import { DEFAULT_ORGANISATION } from '../app/bootstrap-keys.ts';
import type { Config } from '../app/config.ts';
import type { Text } from '../contract/statuses.ts';
import { LOGIN_VALID_MS, loginLink, makeLogin } from '../runtime/accounts/sessions.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import { rightsText, scopeOf } from './accounts.ts';
import { runningService } from './client.ts';
import { UsageError } from './errors.ts';
import { factsCommand, MAX_LISTED } from './with-facts.ts';

export type LoginLinkOptions = { org?: string; user?: string };
/** Where it listens on every address. */
const EVERY = /^(0\.0\.0\.0|\[::\]|\[0:0:0:0:0:0:0:0\])$/;

/** The page's address for a browser on this machine. `listens`: the address on which the service listens, with its port. */
export function pageAddress({ public_url }: Pick<Config, 'public_url'>, listens: string): string {
  if (public_url !== undefined) return public_url;
  const url = new URL(listens);
  if (EVERY.test(url.hostname)) url.hostname = 'localhost';
  return url.origin;
}

/** Addresses for other devices, where the service listens on all and has no public one. */
export function otherAddresses({ public_url }: Pick<Config, 'public_url'>, listens: string): string[] {
  if (public_url !== undefined || !EVERY.test(new URL(listens).hostname)) return [];
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address);
}

const MINUTES = LOGIN_VALID_MS / 60_000;
/** What stands below a link. */
export function goodFor(config: Pick<Config, 'public_url'>, listens: string): Text {
  const others = otherAddresses(config, listens);
  const [en, zh] = others.length === 0 ? ['', ''] : [elsewhere.en(others), elsewhere.zh(others)];
  return {
    en: `Good once, for ${MINUTES} minutes; \`tuodi login-link\` makes another.${en}`,
    zh: `${MINUTES} 分钟内有效，仅可用一次；可用 \`tuodi login-link\` 重新获取。${zh}`,
  };
}
const elsewhere = {
  en: (others: string[]) => ` On another device put the address of this machine in place of localhost: ${others.join(', ')}.`,
  zh: (others: string[]) => `在其他设备上打开时，请将 localhost 换成本机地址：${others.join('、')}。`,
};

export const loginLinkCommand = factsCommand<LoginLinkOptions>('login-link', {
  async make(facts, _, { org, user: named }, out, config) {
    const listens = await listeningAt(config, out.warn);
    const { org_id } = await scopeOf(facts, org);
    const user = await userNamed(facts, { org_id, named });
    const token = await makeLogin({ facts, clock: systemClock() }, user);
    if (token === null) throw new UsageError(noUser(user.user_id, org_id));
    const login_url = loginLink(pageAddress(config, listens), token);
    const { user_id, name, role, installation } = user;
    out.result({ login_url, token, org_id, user_id, role, installation }, () =>
      [
        login_url,
        out.words({
          en: `It signs in ${name} (${rightsText(user)}) of ${org_id}.`,
          zh: `以组织 ${org_id} 的 ${name}（${rightsText(user)}）登录。`,
        }),
        out.words(goodFor(config, listens)),
      ].join('\n'),
    );
    return 0;
  },
});

/** Where the service of this folder listens, or will when it is started. */
async function listeningAt(config: Config, warn: (text: string) => void): Promise<string> {
  const running = await runningService(config, warn);
  if (running) return running.url;
  const { host, port } = config.listen;
  if (port === 0 && config.public_url === undefined)
    throw new UsageError({
      en: 'no service is running on this folder, so there is nothing to sign in to: start it with tuodi serve, which prints a link',
      zh: '该文件夹没有正在运行的服务，无处可登录：请用 tuodi serve 启动，启动时会打印登录链接',
    });
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The user that is named, else the organisation's first administrator, else its first user. */
async function userNamed({ accounts }: Facts, { org_id, named }: { org_id: string; named: string | undefined }) {
  const users = (await accounts.users({ org_id }, MAX_LISTED)).filter(({ revoked_at }) => revoked_at === null);
  const usual = org_id === DEFAULT_ORGANISATION.org_id ? DEFAULT_ORGANISATION.user_id : undefined;
  const found =
    named === undefined
      ? (users.find(({ user_id }) => user_id === usual) ?? users.find(({ role }) => role === 'admin') ?? users[0])
      : users.find(({ user_id }) => user_id === named);
  if (!found) throw new UsageError(noUser(named, org_id));
  return found;
}
const noUser = (named: string | undefined, org_id: string): Text => ({
  en: named
    ? `there is no user ${named} of ${org_id} who may sign in; see tuodi users --org ${org_id}`
    : `${org_id} has no user who may sign in; make one with tuodi users create <name> --org ${org_id}`,
  zh: named
    ? `组织 ${org_id} 中没有可登录的用户 ${named}；请查看 tuodi users --org ${org_id}`
    : `组织 ${org_id} 中没有可登录的用户；请用 tuodi users create <name> --org ${org_id} 创建`,
});
