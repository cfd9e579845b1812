/** The date that a file itself gives for its picture, out of the many ways in which it is written. */

/**
 * taken_at: RFC 3339 with the offset that the file gives, or a date alone where it gives none. is_partial: the file names the year or the
 * month alone, and the rest is the first of it, as PDF has it.
 */
export type DateOfFile = { taken_at: string; is_partial: boolean };

/** The first photograph. */
const FIRST_YEAR = 1826;
const LAST_MONTH = 12;
/** A day begins at most so much earlier than in UTC. */
const EASTERNMOST_MS = 14 * 3_600_000;
const EASTERNMOST_HOURS = 14;
/** How far a camera's clock may be ahead of ours. */
const CLOCK_AHEAD_MS = 10 * 60_000;
/** Longest that is looked at. */
const MAX_CHARS = 64;
/** Where the clocks of computers begin: what a clock that was never set says, in any time zone. */
const BEGINNINGS: ReadonlySet<string> = new Set(['1903-12-31', '1904-01-01', '1969-12-31', '1970-01-01']);
/** The same of cameras and of FAT, which have no time zone. */
const BEGINNING_OF_CAMERAS = /^1980\D?0?1\D?0?1\D*0{1,2}\D?00/;

type Parts = { year: number; month: number | null; day: number | null; rest: string };

/** The first that names a whole day, else the first at all; null: none of them can be when a picture was taken. `now`: wall time. */
export function dateOfFile(written: readonly string[], now: number): DateOfFile | null {
  const dates = written.flatMap((text) => dateIn(text, now) ?? []);
  return dates.find(({ is_partial }) => !is_partial) ?? dates[0] ?? null;
}

function dateIn(written: string, now: number): DateOfFile | null {
  const text = written.slice(0, MAX_CHARS).trim();
  const parts = inNumbers(text) ?? inWords(text);
  if (!parts || BEGINNING_OF_CAMERAS.test(text)) return null;
  const { year, month, day, rest } = parts;
  const date = dayOf(year, month ?? 1, day ?? 1);
  if (date === null || year < FIRST_YEAR || BEGINNINGS.has(date)) return null;
  const is_partial = month === null || day === null;
  const time = is_partial ? null : timeIn(rest);
  const taken_at = time === null ? date : `${date}T${time}`;
  const latest = time === null ? now + EASTERNMOST_MS : now + CLOCK_AHEAD_MS;
  return Date.parse(taken_at) > latest ? null : { taken_at, is_partial };
}

/** EXIF (2019:07:04 15:30:00), PDF (D:20190704153000+08'00'), ISO 8601 and what stands between them; months and days may be missing. */
const IN_NUMBERS = /^(?:D:)?\s?(\d{4})(?:[-:/.]?\s?(\d{1,2})(?:[-:/.]?\s?(\d{1,2}))?)?(.*)$/s;
function inNumbers(text: string): Parts | null {
  const [, year, month, day, rest = ''] = IN_NUMBERS.exec(text) ?? [];
  return year === undefined ? null : { year: Number(year), month: numberOrNull(month), day: numberOrNull(day), rest };
}
const numberOrNull = (digits: string | undefined) => (digits === undefined ? null : Number(digits));

/** `Thu, 04 Jul 2019 15:30:00 GMT` of PNG; `Thu Jul  4 15:30:00 2019` of early PDF. */
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY_FIRST = /\b(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{4})\b(.*)$/is;
const MONTH_FIRST = /\b([a-z]{3})[a-z]*\s{1,2}(\d{1,2}),?\s(?:[\d:]{5,8}\s(?:[A-Z]{3,4}\s)?)?(\d{4})\b/i;
function inWords(text: string): Parts | null {
  const [, day, name, year, rest = ''] = DAY_FIRST.exec(text) ?? [];
  if (name !== undefined) return { year: Number(year), month: monthOf(name), day: Number(day), rest };
  const [, first, of_month, of_year] = MONTH_FIRST.exec(text) ?? [];
  return first === undefined ? null : { year: Number(of_year), month: monthOf(first), day: Number(of_month), rest: '' };
}
/** 0, which no month is, for another word. */
const monthOf = (name: string) => MONTHS.indexOf(name.toLowerCase()) + 1;

/** null: there is no such day. */
function dayOf(year: number, month: number, day: number): string | null {
  if (month < 1 || month > LAST_MONTH || day < 1) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCDate() === day ? date.toISOString().slice(0, 10) : null;
}

/** With its offset, as RFC 3339 has it; null without one: no time zone is assumed. */
const TIME = /^[T\s]*(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(?:(Z|UTC|GMT)|([+-])(\d{2})(?:[':]?(\d{2}))?)/i;
function timeIn(rest: string): string | null {
  const [all, hour, minute, second = '00', zulu, sign, hours, minutes = '00'] = TIME.exec(rest) ?? [];
  if (all === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const time = `${hour}:${minute}:${second}`;
  if (zulu !== undefined || Number(hours) + Number(minutes) === 0) return `${time}Z`;
  return Number(hours) > EASTERNMOST_HOURS || Number(minutes) > 59 ? null : `${time}${sign}${hours}:${minutes}`;
}
