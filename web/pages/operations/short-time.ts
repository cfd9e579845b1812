/** A time of today as `09:58`, of another day with its day. */
import { clock, day } from '../../words/format.ts';
import { now } from '../../world.ts';

const DAY_MS = 86_400_000;
export const shortTime = (at: string | null): string =>
  at === null ? '' : now() - Date.parse(at) < DAY_MS ? clock(at) : `${day(at, now())}, ${clock(at)}`;
