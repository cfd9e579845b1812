/** When pictures came in: a few spans that people mean often, and a range of days. */
import { Menu } from '../../frame/menu.tsx';
import { change, type Query } from '../../stores/query.ts';
import { libraryWords } from '../../words/library.ts';
import { useWords } from '../../words/words.ts';
import { now } from '../../world.ts';
import { recentRanges } from './groups.ts';

const DAY_MS = 86_400_000;
const dayOf = (time: number): string => {
  const at = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
};

export function DateChip({ asked }: { asked: Query }) {
  const words = useWords(libraryWords);
  const at = now();
  const names: Record<string, string> = {
    today: words.today,
    yesterday: words.yesterday,
    week: words.this_week,
    last_week: words.last_week,
  };
  const spans = recentRanges(at).map(({ key, from, to }) => ({
    name: names[key] ?? key,
    from: dayOf(from ?? at),
    to: to === null ? null : dayOf(to - DAY_MS / 2),
  }));
  return (
    <Menu label={words.date} className="chip" side="left" button={words.date}>
      {(close) => (
        <>
          {spans.map(({ name, from, to }) => (
            <button
              key={name}
              type="button"
              onClick={() => {
                close();
                change({ from, to });
              }}
            >
              {name}
            </button>
          ))}
          <div className="days">
            <label className="field">
              <span>{words.from}</span>
              <span className="in">
                <input
                  type="date"
                  max={asked.to ?? dayOf(at)}
                  defaultValue={asked.from ?? ''}
                  onChange={({ currentTarget: { value } }) => change({ from: value || null }, 'replace')}
                />
              </span>
            </label>
            <label className="field">
              <span>{words.to}</span>
              <span className="in">
                <input
                  type="date"
                  max={dayOf(at)}
                  defaultValue={asked.to ?? ''}
                  onChange={({ currentTarget: { value } }) => change({ to: value || null }, 'replace')}
                />
              </span>
            </label>
          </div>
        </>
      )}
    </Menu>
  );
}
