/** Settings as people see them: their values as text, with secrets masked. */
import { type Config, NAMES, PREFIX, SECRETS, type Sources } from '../config.ts';
import { noteOf } from './variables.ts';

export const MASK = '***';
/** value: '' for a setting that has none. source: 'default', or where the value came from. */
export type Shown = { variable: string; value: string; source: string };

/** Returns what is in force and where it came from, one row a setting. No row holds a secret. */
export const settingsInForce = (config: Config, sources: Sources): Shown[] =>
  NAMES.map((name) => ({
    variable: PREFIX + name.toUpperCase(),
    value: masked(name, config[name]),
    source: sources[name] ?? 'default',
  }));

/** Returns a default as the environment would say it, or what is written about it. */
export const defaultOf = (name: keyof Config, defaults: Config): string => noteOf(name).fallback ?? textOf(defaults[name]);

function masked(name: keyof Config, value: Config[keyof Config]): string {
  if (value === undefined) return noteOf(name).fallback ?? '';
  const text = textOf(value);
  const is_url = /^[\w+.-]+:\/\//.test(text);
  if (SECRETS.includes(name) && !is_url) return MASK;
  return is_url ? withoutSecrets(text) : text;
}

function textOf(value: Config[keyof Config]): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join(',');
  if (typeof value !== 'object') return String(value);
  return `${value.host.includes(':') ? `[${value.host}]` : value.host}:${value.port}`;
}

/** Returns a URL without its password, and without parameters that may be secret; an unreadable one is masked whole. */
function withoutSecrets(text: string): string {
  if (!URL.canParse(text)) return MASK;
  const url = new URL(text);
  // After an unencoded / # or ? the rest of a password is parsed as a path, and the user as the host.
  if (/@/.test(url.pathname + url.hash + url.search) && !url.password) return MASK;
  if (url.password) url.password = MASK;
  for (const [name, value] of [...url.searchParams]) if (!/^(true|false)$/.test(value)) url.searchParams.set(name, MASK);
  return url.href;
}
