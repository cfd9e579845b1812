/** Months at the right edge of a large library: a press jumps there. */
import { libraryWords } from '../../words/library.ts';
import { useWords } from '../../words/words.ts';
import { now } from '../../world.ts';
import { headingOf } from './groups.ts';
import type { Row } from './layout.ts';
import type { Group } from './shelf-store.ts';

/** Below this many groups scrolling is quicker. */
const LEAST = 6;
const MARKS = 24;

type ScrubberProps = { rows: readonly Row[]; groups: readonly Group[]; top: number; onJump: (row: number) => void };
export function Scrubber({ rows, groups, onJump }: ScrubberProps) {
  const words = useWords(libraryWords);
  if (groups.length < LEAST) return null;
  const every = Math.ceil(groups.length / MARKS);
  const at = now();
  return (
    <nav className="scrubber" aria-label={words.jump}>
      {groups.map(({ range }, n) =>
        n % every === 0 ? (
          <button
            key={range.key}
            type="button"
            onClick={() => onJump(rows.findIndex((row) => row.kind === 'heading' && row.group === n))}
          >
            {headingOf(range, at).title}
          </button>
        ) : null,
      )}
    </nav>
  );
}
