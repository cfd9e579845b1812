/** Time at the right edge of a large library: years, the month that is shown, and a jump to any other. A slider for the keyboard. */
import { type KeyboardEvent, type PointerEvent, useMemo, useState } from 'react';
import { libraryWords } from '../../words/library.ts';
import { useLanguage, useWords } from '../../words/words.ts';
import { now } from '../../world.ts';
import { headingOf } from './groups.ts';
import type { Row } from './layout.ts';
import type { Group } from './shelf-store.ts';

/** Where there are fewer groups, or the shelf is few windows tall, scrolling is quicker. */
const LEAST_GROUPS = 6;
const LEAST_WINDOWS = 4;
/** Between the names of two years, as a share of the height. */
const LEAST_APART = 0.035;

const AT_TOP_PX = 6;

/** shown: the group at the top of the window. onJump: to where a group begins, in pixels from the top of the shelf. */
type ScrubberProps = { rows: readonly Row[]; groups: readonly Group[]; shown: number; onJump: (to: number) => void };

export function Scrubber({ rows, groups, shown, onJump }: ScrubberProps) {
  const words = useWords(libraryWords);
  useLanguage();
  const { starts, tall } = useMemo(() => startsOf(rows), [rows]);
  const [pointed, setPointed] = useState<number | null>(null);
  if (groups.length < LEAST_GROUPS || tall < LEAST_WINDOWS * innerHeight) return null;
  const at = now();
  const place = (group: number) => `${((starts[group] ?? 0) / tall) * 100}%`;
  const titleOf = (group: number) => {
    const range = groups[group]?.range;
    return range ? headingOf(range, at).title : '';
  };
  const jump = (group: number) => {
    const to = Math.min(groups.length - 1, Math.max(0, group));
    onJump(starts[to] ?? 0);
    return to;
  };
  const groupAt = ({ currentTarget, clientY }: PointerEvent<HTMLElement>): number => {
    const { top, height } = currentTarget.getBoundingClientRect();
    if (clientY - top < AT_TOP_PX) return 0; // of many pictures the newest day is less than a pixel
    const y = ((clientY - top) / height) * tall;
    return Math.max(
      0,
      starts.findLastIndex((start) => start <= y),
    );
  };
  const press = (event: KeyboardEvent) => {
    const to = {
      ArrowDown: shown + 1,
      ArrowUp: shown - 1,
      PageDown: shown + 12,
      PageUp: shown - 12,
      Home: 0,
      End: groups.length,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // arrows are also those of the shelf
    jump(to);
  };
  const here = pointed ?? shown;
  return (
    <div
      className={pointed === null ? 'scrubber' : 'scrubber pointed'}
      role="slider"
      tabIndex={0}
      aria-label={words.jump}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={groups.length - 1}
      aria-valuenow={shown}
      aria-valuetext={titleOf(shown)}
      onKeyDown={press}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setPointed(jump(groupAt(event)));
      }}
      onPointerMove={(event) => {
        const group = groupAt(event);
        if (group === pointed) return;
        setPointed(group);
        if (event.buttons === 1) jump(group);
      }}
      onPointerLeave={() => setPointed(null)}
      onPointerUp={({ pointerType }) => {
        if (pointerType !== 'mouse') setPointed(null);
      }}
    >
      {yearsOf(groups, (group) => (starts[group] ?? 0) / tall).map(({ year, group }) => (
        <span key={year} className="year" style={{ top: place(group) }}>
          {year}
        </span>
      ))}
      <span className="thumb" style={{ top: place(shown) }} />
      <span className="tip" style={{ top: place(here) }}>
        {titleOf(here)}
      </span>
    </div>
  );
}

/** Where each group begins, and how tall all rows are together. */
function startsOf(rows: readonly Row[]): { starts: number[]; tall: number } {
  const starts: number[] = [];
  let tall = 0;
  for (const { group, height } of rows) {
    starts[group] ??= tall;
    tall += height;
  }
  return { starts, tall };
}

/** The first month of each year, as far as there is room for its name. */
function yearsOf(groups: readonly Group[], shareOf: (group: number) => number): { year: string; group: number }[] {
  const years: { year: string; group: number }[] = [];
  let last = { year: '', at: -1 };
  groups.forEach(({ range: { key } }, group) => {
    const year = /^(\d{4})-/.exec(key)?.[1];
    if (year === undefined || year === last.year) return;
    const at = shareOf(group);
    if (at - last.at >= LEAST_APART) years.push({ year, group });
    last = { year, at: at - last.at >= LEAST_APART ? at : last.at };
  });
  return years;
}
