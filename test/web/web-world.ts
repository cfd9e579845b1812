/** The real service on a data folder of its own, and people with browsers before it. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { z } from 'zod';
import type { Role } from '../../contract/roles.ts';
import { started, tuodi } from '../worlds/tuodi.ts';
import { until } from '../worlds/wait.ts';
import { chromiumFile } from './needs.ts';
import { makeSeed } from './seed.ts';

export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** How long something that must come may take on a machine that does much else. */
const PATIENCE_MS = 120_000;

/** phone: a small screen that is touched. language, theme: as this browser has chosen. */
export type Look = { phone?: boolean; language?: 'en' | 'zh'; theme?: 'light' | 'dark' };
/** role: `admin` unless said. org: another organisation than `default`. */
export type Person = { role?: Role; org?: string };

export type WebWorld = {
  url: string;
  browser: Browser;
  folder: string;
  /** A page of somebody who has signed in, in a browser of his own. Errors of the page end the test that asks for `errors`. */
  open(person?: Person, look?: Look, options?: BrowserContextOptions): Promise<OpenedPage>;
  /** A link as the terminal prints it. */
  link(person?: Person): Promise<string>;
  /** The service goes away, and comes back on the same port. */
  away(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
};
/** errors: what the page threw, or wrote as an error. */
export type OpenedPage = Page & { errors: string[] };

/** env: settings of the service. empty: without the samples. */
export async function webWorld({
  env = {},
  empty = false,
}: {
  env?: NodeJS.ProcessEnv;
  empty?: boolean;
} = {}): Promise<WebWorld> {
  const executable = chromiumFile();
  if (!executable) throw new Error('there is no browser: npm run test:web says what is missing');
  const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-web-'));
  const data = path.join(folder, 'data');
  if (!empty) cpSync(await seedFolder(), data, { recursive: true });
  let service = await started(data, env);
  const { url } = service;
  const browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox', '--disable-gpu'] });
  const command = async (...args: string[]) => {
    const { code, out, err } = await tuodi(['--json', '--data-dir', data, ...args], env);
    if (code !== 0) throw new Error(`${args.join(' ')}: ${err}`);
    return Made.parse(JSON.parse(out.trim().split('\n').at(-1) ?? ''));
  };
  const known = new Map<string, string>();
  const userFor = async ({ role, org = 'default' }: Person): Promise<string[]> => {
    if (role === undefined && org === 'default') return [];
    const key = `${org} ${role}`;
    if (org !== 'default' && ![...known.keys()].some((one) => one.startsWith(`${org} `))) await command('orgs', 'create', org);
    const user_id =
      known.get(key) ??
      (await command('users', 'create', `${role ?? 'admin'} of ${org}`, '--org', org, '--role', role ?? 'admin')).user_id;
    if (!user_id) throw new Error(`no user was made for ${key}`);
    known.set(key, user_id);
    return ['--org', org, '--user', user_id];
  };
  const link = async (person: Person = {}): Promise<string> => {
    const { token } = await command('login-link', ...(await userFor(person)));
    return `${url}/#${token}`;
  };
  return {
    ...{ url, browser, folder, link },
    async open(person = {}, look = {}, options = {}) {
      const page = await newPage(browser, look, options);
      await page.goto(await link(person));
      await page.locator('.bar').waitFor();
      return page;
    },
    async away() {
      await service.stop();
      const port = new URL(url).port;
      return async () => {
        service = await started(data, { ...env, TUODI_LISTEN: `127.0.0.1:${port}` });
      };
    },
    async stop() {
      await browser.close();
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
/** Resolves once an expression is true in the page. Not `waitForFunction`, which the policy of the page forbids. */
export const holds = (page: Page, expression: string): Promise<boolean> =>
  until(expression, async () => (await page.evaluate(expression)) === true);

const Made = z.looseObject({ token: z.string().optional(), user_id: z.string().optional() });

/** `TUODI_WEB_SEED` is set by `npm run test:web`; a single file that is run by itself makes its own. */
let own: Promise<string> | null = null;
async function seedFolder(): Promise<string> {
  const given = process.env.TUODI_WEB_SEED;
  if (given) return given;
  own ??= (async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-web-seed-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    await makeSeed(folder);
    return folder;
  })();
  return own;
}

export async function newPage(
  browser: Browser,
  { phone = false, language = 'en', theme = 'light' }: Look,
  options: BrowserContextOptions = {},
) {
  const screen = phone ? { viewport: PHONE, hasTouch: true, isMobile: true } : { viewport: WIDE };
  const context = await browser.newContext({
    ...screen,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  });
  await context.addInitScript(
    `try { localStorage.setItem('tuodi.language', '${language}'); localStorage.setItem('tuodi.theme', '${theme}'); } catch {}`,
  );
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    // A 401 before the session is begun, and a service that is away, are written by the browser itself.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) errors.push(message.text());
  });
  return Object.assign(page, { errors });
}
