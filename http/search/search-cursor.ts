/**
 * Where a page of a search begins, so that nothing is shown twice or missed while pictures come, change and go.
 *
 * By newest, a place in an order that no edit changes. By relevance there is none: each edit moves others. So the cursor holds a mark of
 * every hit that was listed, and the next page is the best of the ranking as it is now, without those. After `search_ranked` hits the
 * others follow by newest, still without those. A cursor needs no memory of ours: any process can go on from it, after any time.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Id } from '../../contract/resource.ts';
import type { IndexPosition } from '../../runtime/ports/search-index.ts';
import { decodeCursor, encodeCursor, type Listed, Milliseconds } from '../request/cursor.ts';

/** 48 bits: of 100,000 pictures that match, one is taken for one of 400 that were listed once in seven million times. */
const MARK_CHARS = 8;
/** Between a cursor and its marks: of neither alphabet. */
const MARKS = '.';

const Position = z.strictObject({
  by_newest: z.boolean(),
  after: z.strictObject({ created_at: Milliseconds, resource_id: Id }).nullable(),
});
/** listed: marks of the hits listed by relevance. by_newest: how the next ones are listed. after: the last of those listed so. */
export type SearchPosition = { listed: ReadonlySet<string>; by_newest: boolean; after: IndexPosition | null };

export const markOf = (resource_id: string): string =>
  createHash('sha256').update(resource_id).digest('base64url').slice(0, MARK_CHARS);

export function encodeSearchCursor(of: Listed, { listed, by_newest, after }: SearchPosition): string {
  const position = encodeCursor(of, { by_newest, after });
  return listed.size === 0 ? position : position + MARKS + [...listed].join('');
}

/** null without a cursor. 400 BAD_CURSOR if it was not given out for this search. */
export function decodeSearchCursor(cursor: string | undefined, of: Listed): SearchPosition | null {
  const [position, marks = ''] = cursor?.split(MARKS) ?? [];
  const found = decodeCursor(position, of, Position);
  return found && { ...found, listed: new Set(marks.match(/.{8}/g) ?? []) };
}
