/** Rows of prints on a continuous line; only those near the window are in the page. A grid for the keyboard: arrows, `j`, `k`. */

import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useSelector } from '@xstate/store-react';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { tierHeading } from '../../../contract/tiers.ts';
import { useKeys } from '../../frame/use-keys.ts';
import { choice } from '../../stores/choice.ts';
import type { Size as PrintSize } from '../../stores/prefs.ts';
import { libraryWords } from '../../words/library.ts';
import { useLanguage, useWords } from '../../words/words.ts';
import { after, now } from '../../world.ts';
import { headingOf } from './groups.ts';
import { type Grid, gridOf, type Row, rowOf, rowsOf } from './layout.ts';
import { Print } from './print.tsx';
import { Scrubber } from './scrubber.tsx';
import { type Group, loadedIds, loadMore, shelf } from './shelf-store.ts';

const OVERSCAN = 1;

/** searching: captions have room for a passage. headings: groups are named. */
type ShelfProps = { size: PrintSize; searching: boolean; headings: boolean };

export function Shelf({ size, searching, headings }: ShelfProps) {
  const words = useWords(libraryWords);
  const groups = useSelector(shelf, ({ context }) => context.groups);
  const choosing = useSelector(choice, ({ context }) => context.ids.size > 0);
  const [place, width, top] = usePlace();
  const grid = useMemo(() => gridOf(width, size, searching), [width, size, searching]);
  const hits = useSelector(shelf, ({ context }) => context.hits);
  const rows = useMemo(
    () => rowsOf(groups, grid, { headings, tierOf: (id) => hits.get(id)?.match }),
    [groups, grid, headings, hits],
  );
  const rows_now = useRef(rows);
  rows_now.current = rows;
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (n) => rows_now.current[n]?.height ?? 0,
    getItemKey: (n) => rows_now.current[n]?.key ?? n,
    overscan: OVERSCAN,
    scrollMargin: top,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights are those of the rows
  useLayoutEffect(() => virtual.measure(), [rows, virtual]);
  const shown = virtual.getVirtualItems();
  useLoading(rows, groups, shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0);
  const focus = useGridFocus(rows, groups, grid, (row) => virtual.scrollToIndex(row, { align: 'auto' }));
  return (
    <>
      <div
        ref={place}
        role="grid"
        aria-label={words.shelf}
        aria-rowcount={rows.length}
        className={`shelf ${size}${choosing ? ' choosing' : ''}`}
        style={{ height: virtual.getTotalSize(), '--tall': `${grid.tall}px`, '--gap': `${grid.gap}px` } as React.CSSProperties}
      >
        {shown.map(({ index, start, key }) => {
          const row = rows[index];
          if (!row) return null;
          const style = { transform: `translateY(${start - top}px)`, height: row.height };
          return (
            <div
              key={key}
              role="row"
              tabIndex={-1}
              aria-rowindex={index + 1}
              className={row.kind === 'heading' ? 'row day' : 'row'}
              style={
                row.kind === 'heading' ? style : { ...style, gridTemplateColumns: `repeat(${grid.columns}, ${grid.column}px)` }
              }
            >
              <RowCells row={row} group={groups[row.group]} grid={grid} focus={focus} />
            </div>
          );
        })}
      </div>
      {headings ? (
        <Scrubber
          rows={rows}
          groups={groups}
          shown={rows[virtual.range?.startIndex ?? 0]?.group ?? 0}
          onJump={(to) => scrollTo({ top: to === 0 ? 0 : top + to, behavior: 'instant' })}
        />
      ) : null}
    </>
  );
}

type GridFocus = ReturnType<typeof useGridFocus>;
function RowCells({ row, group, grid, focus }: { row: Row; group: Group | undefined; grid: Grid; focus: GridFocus }) {
  const hits = useSelector(shelf, ({ context }) => context.hits);
  const language = useLanguage();
  const room = useMemo(() => ({ width: grid.column, height: grid.tall }), [grid]);
  if (!group) return null;
  if (row.kind === 'heading') {
    const { title, more } = row.tier
      ? { title: tierHeading(row.tier, row.at === 0)[language], more: '' }
      : headingOf(group.range, now());
    return (
      <div role="gridcell" className="heading">
        <h2>{title}</h2>
        {more === '' ? null : <span>{more}</span>}
      </div>
    );
  }
  return Array.from({ length: row.of }, (_, n) => {
    const id = group.ids[row.at + n];
    // biome-ignore lint/suspicious/noArrayIndexKey: a place is all that is known of it
    if (id === undefined) return <Ghost key={`ghost ${row.at + n}`} n={row.at + n} />;
    return (
      <Print
        key={id}
        id={id}
        hit={hits.get(id) ?? null}
        room={room}
        current={focus.current === id}
        onFocus={focus.set}
        onChoose={chooseTo}
      />
    );
  });
}

/** Room for a picture that is not loaded yet. */
const GHOSTS = [0.7, 1, 0.62, 0.9, 1.2] as const;
export function Ghost({ n }: { n: number }) {
  const ratio = GHOSTS[n % GHOSTS.length] ?? 1;
  return (
    <div role="gridcell" className="pic ghostly">
      <span className="stand">
        <span className="ghost" style={{ height: `${ratio * 62}%`, width: `${Math.min(88, 60 / ratio)}%` }} />
      </span>
      <span className="floor" />
      <span className="cap">
        <span className="ghost" style={{ height: 13, width: '70%' }} />
        <span className="ghost" style={{ height: 11, width: '38%', marginTop: 8 }} />
      </span>
    </div>
  );
}

/** Toggles one, or adds all from the one chosen last. */
function chooseTo(id: string, range: boolean): void {
  const { from } = choice.getSnapshot().context;
  const ids = loadedIds();
  const [a, b] = [from === null ? -1 : ids.indexOf(from), ids.indexOf(id)];
  if (!range || a < 0 || b < 0) choice.trigger.toggle({ id });
  else choice.trigger.add({ more: ids.slice(Math.min(a, b), Math.max(a, b) + 1), from: id });
}

/** The width of the shelf, and how far down the page it begins. */
function usePlace() {
  const place = useRef<HTMLDivElement>(null);
  const [measured, setMeasured] = useState({ width: Math.max(280, document.documentElement.clientWidth - 112), top: 0 });
  useLayoutEffect(() => {
    const measure = () => {
      const box = place.current?.getBoundingClientRect();
      if (!box) return;
      const next = { width: Math.floor(box.width) - 3, top: Math.round(box.top + scrollY) };
      setMeasured((before) => (before.width === next.width && before.top === next.top ? before : next));
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(document.body);
    return () => watch.disconnect();
  }, []);
  return [place, measured.width, measured.top] as const;
}

/** So long a shelf stands still before what was jumped to is loaded, so that what a hand passes on its way is not. */
const STILL_MS = 80;

/** Loads what is near the window and not there, until it is. */
function useLoading(rows: readonly Row[], groups: readonly Group[], first: number, last: number): void {
  const passed = useRef(0);
  useEffect(() => {
    const load = () => {
      passed.current = first;
      for (const row of rows.slice(first, last + 1)) {
        const group = groups[row.group];
        if (row.kind === 'prints' && group && group.cursor !== null && row.at + row.of > group.ids.length)
          void loadMore(group.range.key);
      }
    };
    const jumped = Math.abs(first - passed.current) > last - first;
    if (jumped) return after(STILL_MS, load);
    load();
  }, [rows, groups, first, last]);
}

/** Roving focus: one print is reached by Tab, the others by arrows. */
function useGridFocus(rows: readonly Row[], groups: readonly Group[], { columns }: Grid, scrollTo: (row: number) => void) {
  const [current, set] = useState<string | null>(null);
  const ids = useMemo(() => groups.flatMap((group) => group.ids), [groups]);
  const at = current === null ? -1 : ids.indexOf(current);
  const go = (by: number) => {
    const next = ids[at < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, at + by))];
    if (next === undefined) return false;
    set(next);
    scrollTo(rowOf(rows, groups, next));
    const print = printOf(next);
    // Drawn already: the key that follows at once, such as Enter, must find the focus there.
    if (print) print.focus();
    else requestAnimationFrame(() => requestAnimationFrame(() => printOf(next)?.focus()));
    return true;
  };
  const inGrid = (by: number) => (document.activeElement?.closest('[role=grid]') ? go(by) : false);
  useKeys({
    j: () => go(1),
    k: () => go(-1),
    ArrowRight: () => inGrid(1),
    ArrowLeft: () => inGrid(-1),
    ArrowDown: () => inGrid(columns),
    ArrowUp: () => inGrid(-columns),
    x: () => (current === null ? false : chooseTo(current, false)),
    'Shift+x': () => (current === null ? false : chooseTo(current, true)),
  });
  const set_focus = useCallback((id: string) => set(id), []);
  return { current: at < 0 ? (ids[0] ?? null) : current, set: set_focus };
}
const printOf = (id: string) => document.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"] a`);
