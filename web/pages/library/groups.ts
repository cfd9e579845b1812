/** The library by time: today, yesterday, this week, last week, then months. Each is a range of the list that is loaded from its top. */
import { longDay, month } from '../../words/format.ts';
import { libraryWords } from '../../words/library.ts';
import { wordsNow } from '../../words/words.ts';

/** from, to: wall time, from included; null: no bound. */
export type Range = { key: string; from: number | null; to: number | null };
export type Heading = { title: string; more: string };

const DAY_MS = 86_400_000;
const startOfDay = (time: number): number => new Date(time).setHours(0, 0, 0, 0);
/** Whole days before a midnight, whatever summer time does between. */
const daysBefore = (midnight: number, days: number): number => startOfDay(midnight - days * DAY_MS + DAY_MS / 2);
/** Weeks begin on Monday in both languages. */
const startOfWeek = (time: number): number => daysBefore(startOfDay(time), (new Date(time).getDay() + 6) % 7);

/** The ranges that are no months, the newest first, without those that are empty of days. */
export function recentRanges(now: number): Range[] {
  const today = startOfDay(now);
  const yesterday = daysBefore(today, 1);
  const week = startOfWeek(now);
  const last_week = daysBefore(week, 7);
  const ranges = [
    { key: 'today', from: today, to: null },
    { key: 'yesterday', from: yesterday, to: today },
    { key: 'week', from: week, to: yesterday },
    { key: 'last_week', from: last_week, to: Math.min(week, yesterday) },
  ];
  return ranges.filter(({ from, to }) => to === null || from < to);
}

/** How far clocks are before UTC now, in minutes: the API counts months by it. Summer time moves the bounds of some months by an hour. */
export const utcOffset = (now: number): number => -new Date(now).getTimezoneOffset();
const MINUTE_MS = 60_000;
const monthOf = (time: number, now: number): string =>
  new Date(time + utcOffset(now) * MINUTE_MS).toISOString().slice(0, 'yyyy-mm'.length);

/** The range that a time is in. */
export function rangeOf(time: number, now: number): Range {
  const recent = recentRanges(now);
  const found = recent.find(({ from }) => from !== null && time >= from);
  if (found) return found;
  return monthRange(monthOf(time, now), now);
}

/** A month, as `2026-11`, as far as it is before the recent ranges, so that none is twice. */
export function monthRange(key: string, now: number): Range {
  const [year = 0, month = 1] = key.split('-').map(Number);
  const begin = (add: number) => Date.UTC(year, month - 1 + add, 1) - utcOffset(now) * MINUTE_MS;
  return { key, from: begin(0), to: Math.min(begin(1), startOfRecent(now)) };
}

/** Before this time there are months only. */
export const startOfRecent = (now: number): number => recentRanges(now).at(-1)?.from ?? now;

export function headingOf({ key, from, to }: Range, now: number): Heading {
  const words = wordsNow(libraryWords);
  if (from === null) return { title: words.all, more: '' };
  if (key === 'today') return { title: words.today, more: longDay(now) };
  if (key === 'yesterday') return { title: words.yesterday, more: longDay(from) };
  const last = (to ?? now) - 1;
  if (key === 'week') return { title: words.this_week, more: words.days(from, last) };
  if (key === 'last_week') return { title: words.last_week, more: words.days(from, last) };
  return { title: month(from + DAY_MS), more: '' }; // a day on: summer time may have begun the month an hour early
}
