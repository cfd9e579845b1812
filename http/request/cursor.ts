/** Cursors: opaque to clients, and good only for the list, the filters and the organisation that they were given out for. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { z as zod } from 'zod';
import { Problem } from '../../contract/problems.ts';
import type { Scope } from '../../runtime/ports/scope.ts';

/** The list that a cursor is of. `filters`: all that decides which rows come in which order, and nothing else. */
export type Listed = { list: string; scope: Scope; filters: unknown };

export const encodeCursor = (listed: Listed, position: unknown): string =>
  Buffer.from(JSON.stringify({ of: hashOf(listed), place: position })).toString('base64url');

/** The position that a cursor leads to; null without a cursor. 400 BAD_CURSOR if it was not given out for this list. */
export function decodeCursor<Position>(cursor: string | undefined, listed: Listed, schema: z.ZodType<Position>): Position | null {
  if (cursor === undefined) return null;
  const result = zod.strictObject({ of: zod.literal(hashOf(listed)), place: schema }).safeParse(decode(cursor));
  if (!result.success)
    throw new Problem('BAD_CURSOR', {
      en: 'This cursor is of another list, or of other filters. Begin again without a cursor.',
      zh: '该游标属于其他列表或其他筛选条件。请去掉游标重新开始。',
    });
  return result.data.place as Position; // just parsed; zod loses the type of a schema that is a parameter
}

/** What a position may hold: a time since 1970, of which JavaScript knows 100 million days. */
export const Milliseconds = zod.int().min(0).max(8.64e15);
/** And a title, or none. */
export const Title = zod
  .string()
  .max(300)
  .refine((text) => text.isWellFormed() && !text.includes('\u0000'));

/** Filters are made by one schema, so their fields are always in one order. */
const hashOf = ({ list, scope, filters }: Listed) =>
  createHash('sha256')
    .update(JSON.stringify([list, scope.org_id, filters]))
    .digest('base64url')
    .slice(0, 16);

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined; // no cursor of ours; refused by the schema
  }
}
