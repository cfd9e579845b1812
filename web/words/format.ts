/** Numbers, dates, times and sizes as each language writes them. */
import type { Language } from '../stores/prefs.ts';
import { languageNow } from './words.ts';

const TAGS: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN' };

const made = new Map<string, Intl.DateTimeFormat>();
function dateFormat(options: Intl.DateTimeFormatOptions, language: Language): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  const known = made.get(key) ?? new Intl.DateTimeFormat(TAGS[language], options);
  made.set(key, known);
  return known;
}

export const num = (value: number, language = languageNow()): string => value.toLocaleString(TAGS[language]);
/** English only: Chinese has one form. */
export const plural = (count: number, one: string, many: string): string => `${num(count, 'en')} ${count === 1 ? one : many}`;

/** People write `11 月 28 日` with spaces between Han and digits; Intl does not. */
const spaced = (text: string, language: Language): string =>
  language === 'zh' ? text.replace(/(\d)(?=[年月日时分秒])/g, '$1 ').replace(/([年月])(?=\d)/g, '$1 ') : text;

const write = (at: Date, options: Intl.DateTimeFormatOptions, language: Language) =>
  spaced(dateFormat(options, language).format(at), language);

/** `28 Nov`, and the year where it is another than `now`'s. */
export function day(time: string | number, now: number, language = languageNow()): string {
  const at = new Date(time);
  const same_year = at.getFullYear() === new Date(now).getFullYear();
  return write(
    at,
    { day: 'numeric', month: language === 'zh' ? 'long' : 'short', ...(same_year ? {} : { year: 'numeric' }) },
    language,
  );
}
/** `Saturday, 28 November`. */
export function longDay(time: number, language = languageNow()): string {
  const at = new Date(time);
  if (language === 'en') return write(at, { weekday: 'long', day: 'numeric', month: 'long' }, language);
  const weekday = write(at, { weekday: 'long' }, language);
  return `${write(at, { day: 'numeric', month: 'long' }, language)}，${weekday}`;
}
/** `28 November 2026`: of a date or a time, in this place. */
export const longDate = (time: string, language = languageNow()): string =>
  write(
    new Date(/^\d{4}-\d{2}-\d{2}$/.test(time) ? `${time}T12:00` : time),
    { day: 'numeric', month: 'long', year: 'numeric' },
    language,
  );
export const month = (time: number, language = languageNow()): string =>
  write(new Date(time), { year: 'numeric', month: 'long' }, language);
/** `09:12`. */
export const clock = (time: string | number, language = languageNow()): string =>
  write(new Date(time), { hour: '2-digit', minute: '2-digit', hour12: false }, language);
/** `28 Nov 2026, 09:12:05`: for what is looked at closely. */
export const exact = (time: string | number, language = languageNow()): string =>
  write(new Date(time), { dateStyle: 'medium', timeStyle: 'medium', hour12: false }, language);

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
/** `2.3 MB`: powers of 1,000, as file managers count. */
export function bytes(count: number, language = languageNow()): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
  const value = count / 1_000 ** power;
  return `${value.toLocaleString(TAGS[language], { maximumFractionDigits: value < 10 && power > 1 ? 1 : 0 })} ${UNITS[power]}`;
}

const SPANS = [
  [86_400_000, ['day', 'days'], '天'],
  [3_600_000, ['hour', 'hours'], '小时'],
  [60_000, ['min', 'min'], '分钟'],
  [1_000, ['s', 's'], '秒'],
] as const;
/** `29 days`, `8 s`: the largest unit that fits, rounded down. */
export function span(ms: number, language = languageNow()): string {
  const [unit, [one, many], zh] = SPANS.find(([length]) => ms >= length) ?? SPANS[3];
  const count = Math.max(0, Math.floor(ms / unit));
  return language === 'zh' ? `${num(count, 'zh')} ${zh}` : plural(count, one, many);
}
