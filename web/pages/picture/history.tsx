/** What happened to it, newest first: ten, then all. */
import { useEffect, useState } from 'react';
import type { HistoryItem } from '../../../contract/resource.ts';
import { isStatus, statusRow } from '../../../contract/statuses.ts';
import { api } from '../../api/api.ts';
import type { Picture } from '../../stores/pictures.ts';
import { clock, day, exact } from '../../words/format.ts';
import { pageWords } from '../../words/picture.ts';
import { useLanguage, useText, useWords } from '../../words/words.ts';
import { now } from '../../world.ts';

const MANY = 200;
/** The oldest entries of a longer history are left out. */
const MAX_PAGES = 10;

/** Oldest first; read anew when the picture has moved. */
export function useHistory({ resource_id, updated_at }: Picture): readonly HistoryItem[] {
  const language = useLanguage();
  const [items, setItems] = useState<readonly HistoryItem[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what moves the picture writes its history
  useEffect(() => {
    const stop = new AbortController();
    const look = async () => {
      const all: HistoryItem[] = [];
      let cursor: string | null = null;
      for (let n = 0; n < MAX_PAGES && (n === 0 || cursor !== null); n += 1) {
        const query: { limit: number; cursor?: string } = { limit: MANY, ...(cursor === null ? {} : { cursor }) };
        const { body } = await api.list_history({ params: { resource_id }, query, signal: stop.signal });
        all.push(...body.items);
        cursor = body.next_cursor;
      }
      setItems(all);
    };
    look().catch(() => {}); // what is known stays; the next event has it read again
    return () => stop.abort();
  }, [resource_id, updated_at, language]);
  return items;
}

const FEW = 10;
export function History({ items, open }: { items: readonly HistoryItem[]; open: boolean }) {
  const words = useWords(pageWords);
  const [all, setAll] = useState(false);
  useEffect(() => setAll(open), [open]);
  const shown = [...items].reverse().slice(0, all ? undefined : FEW);
  return (
    <section id="history" tabIndex={-1}>
      <h2>{words.history}</h2>
      <ol className="past">
        {shown.map((item) => (
          <Past key={item.seq} item={item} />
        ))}
      </ol>
      {items.length > shown.length ? (
        <button type="button" className="b link s" onClick={() => setAll(true)}>
          {words.all_history(items.length)}
        </button>
      ) : null}
    </section>
  );
}

function Past({ item }: { item: HistoryItem }) {
  const words = useWords(pageWords);
  const text = useText();
  const { at, event, from, to, by, failure } = item;
  const status = isStatus(to) && from !== to ? text(statusRow(to).label) : null;
  const said = words.events[event] ?? status ?? (isStatus(to) ? text(statusRow(to).label) : to);
  const { name = null } = by as { name?: string | null };
  const who = name !== null ? words.by(name) : (words.kinds[by.kind] ?? '');
  const small = [failure?.meaning ?? '', who].filter((part) => part !== '').join(' · ');
  return (
    <li>
      <time dateTime={at} title={exact(at)}>
        {now() - Date.parse(at) < 20 * 3_600_000 ? clock(at) : day(at, now())}
      </time>
      <div>
        {said}
        {small === '' ? null : <small>{small}</small>}
      </div>
    </li>
  );
}
