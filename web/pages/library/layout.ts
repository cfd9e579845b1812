/** Where rows are: every row has one height, so that the place of each of 100,000 pictures is arithmetic. */
import type { Tier } from '../../../contract/tiers.ts';
import type { Size as PrintSize } from '../../stores/prefs.ts';
import type { Group } from './shelf-store.ts';

/** tall: of the tallest print; col: least width of a column. */
const MEASURES: Record<PrintSize, { tall: number; col: number; gap: number }> = {
  small: { tall: 120, col: 132, gap: 24 },
  medium: { tall: 212, col: 196, gap: 36 },
  large: { tall: 320, col: 272, gap: 36 },
};
const ON_PHONE: Record<PrintSize, { tall: number; col: number; gap: number }> = {
  small: { tall: 96, col: 96, gap: 14 },
  medium: { tall: 152, col: 150, gap: 18 },
  large: { tall: 320, col: 260, gap: 18 },
};
export const PHONE_PX = 700;
/** Title, state and date below a print; with the passage that was found when words were looked for. */
const CAPTION = { list: 96, search: 172 };
const ROW_GAP = 32;
const HEADING = 58;

/** column: width of a print's place. row_height: with its caption and the space below. */
export type Grid = { columns: number; column: number; gap: number; tall: number; row_height: number };

export function gridOf(width: number, size: PrintSize, searching: boolean): Grid {
  const { tall, col, gap } = (width < PHONE_PX ? ON_PHONE : MEASURES)[size];
  const columns = Math.max(1, Math.floor((width + gap) / (col + gap)));
  const column = Math.floor((width - gap * (columns - 1)) / columns);
  return { columns, column, gap, tall, row_height: tall + 1 + (searching ? CAPTION.search : CAPTION.list) + ROW_GAP };
}

/** tier: the heading is of hits that match less well; null: of a time. at: of the first picture of the row in its group; of: how many are in the row. */
export type Row =
  | { kind: 'heading'; key: string; group: number; at: number; tier: Tier | null; height: number }
  | { kind: 'prints'; key: string; group: number; at: number; of: number; height: number };

/** headings: each group has one. tierOf: of a hit that is loaded; each tier below what is exact has a heading, and begins a row. */
export type Headed = { headings: boolean; tierOf: (id: string) => Tier | undefined };
export function rowsOf(groups: readonly Group[], { columns, row_height }: Grid, { headings, tierOf }: Headed): Row[] {
  const rows: Row[] = [];
  groups.forEach(({ range, count, ids }, group) => {
    const heading = (at: number, tier: Tier | null): Row => ({
      ...{ kind: 'heading', key: `${range.key} h ${at}`, group, at, tier, height: HEADING },
    });
    if (headings) rows.push(heading(0, null));
    const begin = beginnings(ids, tierOf);
    for (let at = 0; at < count; ) {
      const tier = begin.get(at);
      if (tier) rows.push(heading(at, tier));
      const of = lengthOf(at, Math.min(columns, count - at), begin);
      rows.push({ kind: 'prints', key: `${range.key} ${at}`, group, at, of, height: row_height });
      at += of;
    }
  });
  return rows;
}

/** A row ends where a tier begins. */
function lengthOf(at: number, most: number, begin: ReadonlyMap<number, Tier>): number {
  let of = 1;
  while (of < most && !begin.has(at + of)) of += 1;
  return of;
}

/** Where tiers below what is exact begin. */
function beginnings(ids: readonly string[], tierOf: (id: string) => Tier | undefined): ReadonlyMap<number, Tier> {
  const found = new Map<number, Tier>();
  let last: Tier = 'exact';
  for (const [at, id] of ids.entries()) {
    const tier: Tier = tierOf(id) ?? last;
    if (tier !== last) found.set(at, tier);
    last = tier;
  }
  return found;
}

/** The row of a picture; -1: it is not loaded. */
export function rowOf(rows: readonly Row[], groups: readonly Group[], id: string): number {
  const group = groups.findIndex(({ ids }) => ids.includes(id));
  const at = groups[group]?.ids.indexOf(id) ?? -1;
  return rows.findIndex((row) => row.kind === 'prints' && row.group === group && at >= row.at && at < row.at + row.of);
}
