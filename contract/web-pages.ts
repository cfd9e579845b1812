/**
 * The pages of the web app, by address. The server answers each with the app's only document; the app shows the page. `:id` is a part of
 * a path. Names of the API (`/v1`, `/docs`, …) can never be pages.
 */
export const WEB_PAGES = {
  library: '/',
  picture: '/pictures/:id',
  inbox: '/inbox',
  operations: '/operations',
  people: '/people',
  again: '/read-again',
  machines: '/machines',
  machine: '/machines/:id',
} as const;
export type WebPage = keyof typeof WEB_PAGES;

const PATTERNS = Object.values(WEB_PAGES).map((path) => new RegExp(`^${path.replace(/:id/, '[\\w.-]{1,100}')}$`));
/** path: without a query. */
export const isWebPage = (path: string): boolean => PATTERNS.some((pattern) => pattern.test(path));
/** The way from a page back to the folder of the app, relative to the page's address: so the app works under any prefix. */
export const baseOf = (path: string): string => '../'.repeat(path.split('/').length - 2) || './';
