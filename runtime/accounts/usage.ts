/** Usage of an organisation, updated as its pictures move. */
import type { ResourceColumns } from '../ports/resources.ts';

/** awaited: uploads that were announced and have not come; announced: their bytes, which `bytes` has too. */
export type Usage = { pictures: number; bytes: number; awaited: number; announced: number };
export const USAGE_FIELDS = ['pictures', 'bytes', 'awaited', 'announced'] as const satisfies readonly (keyof Usage)[];
export const NO_USAGE: Usage = { pictures: 0, bytes: 0, awaited: 0, announced: 0 };

type Counted = Pick<ResourceColumns, 'status' | 'byte_size' | 'uploaded_at'>;

/** The usage of one picture, as long as its bytes or its announcement are kept: in the trash too. Its previews and texts are not counted. */
export function usageOf(row: Counted | null): Usage {
  if (!row || row.status === 'DELETED' || (row.status === 'EXPIRED' && row.uploaded_at === null)) return NO_USAGE;
  const bytes = row.byte_size ?? 0;
  const is_awaited = row.status === 'AWAITING_UPLOAD';
  return { pictures: 1, bytes, awaited: is_awaited ? 1 : 0, announced: is_awaited ? bytes : 0 };
}

/** The change of usage by a step; null: none. */
export function usageAdded(before: Counted | null, after: Counted): Usage | null {
  const [was, is] = [usageOf(before), usageOf(after)];
  const added = minus(is, was);
  return USAGE_FIELDS.some((field) => added[field] !== 0) ? added : null;
}

export const plus = (a: Usage, b: Usage): Usage => ({
  pictures: a.pictures + b.pictures,
  bytes: a.bytes + b.bytes,
  awaited: a.awaited + b.awaited,
  announced: a.announced + b.announced,
});
const minus = (a: Usage, b: Usage): Usage => ({
  pictures: a.pictures - b.pictures,
  bytes: a.bytes - b.bytes,
  awaited: a.awaited - b.awaited,
  announced: a.announced - b.announced,
});

/** Which of it would be more than the quota; null: none. */
export const beyond = (usage: Usage, quota: Usage): keyof Usage | null =>
  USAGE_FIELDS.find((field) => usage[field] > quota[field]) ?? null;

/** A picture would take its organisation beyond its quota: nothing of it was written. */
export class OverQuota extends Error {
  readonly of: keyof Usage;
  readonly quota: number;
  constructor(of: keyof Usage, quota: Usage) {
    super(`more ${of} than ${quota[of]}`);
    this.name = 'OverQuota';
    this.of = of;
    this.quota = quota[of];
  }
}
