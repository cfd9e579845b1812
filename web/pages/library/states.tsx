/** What stands in place of the shelf: the first minute, nothing found, not loaded yet, failed. */
import { useSelector } from '@xstate/store-react';
import { type ReactNode, useEffect, useState } from 'react';
import { change, isFiltered, parseQuery, type Query } from '../../stores/query.ts';
import { mayDo, session } from '../../stores/session.ts';
import { tray } from '../../stores/tray.ts';
import { bytes } from '../../words/format.ts';
import { libraryWords } from '../../words/library.ts';
import { stateWords } from '../../words/library-states.ts';
import { useWords } from '../../words/words.ts';
import { after } from '../../world.ts';
import { Ghost } from './shelf.tsx';
import { ask, shelf } from './shelf-store.ts';

const GHOSTS_AFTER_MS = 200;
/** The line first; then, if it takes longer, room for what will stand on it. */
export function Loading() {
  const [ghosts, setGhosts] = useState(false);
  useEffect(() => after(GHOSTS_AFTER_MS, () => setGhosts(true)), []);
  const cells = [0, 1, 2, 3, 4];
  return (
    <div className="shelf medium still" aria-hidden="true">
      {ghosts ? cells.map((n) => <Ghost key={n} n={n} />) : <span className="floor-only" />}
    </div>
  );
}

export function FirstMinute() {
  const words = useWords(stateWords);
  const max_bytes = useSelector(session, ({ context }) => context.me?.limits.max_bytes ?? 50_000_000);
  if (!mayDo('editor'))
    return (
      <Empty title={words.reader_empty} meaning={words.reader_empty_meaning}>
        {null}
      </Empty>
    );
  return (
    <Empty title={words.drop} meaning={words.kinds(bytes(max_bytes))}>
      <button type="button" className="b first" onClick={() => tray.trigger.open()}>
        {words.choose}
      </button>
      <button type="button" className="b plain" onClick={() => tray.trigger.samples()}>
        {words.samples}
      </button>
    </Empty>
  );
}
function Empty({ title, meaning, children }: { title: string; meaning: string; children: ReactNode }) {
  return (
    <section className="state">
      <div className="outlines" aria-hidden="true">
        <i />
        <i />
        <i />
      </div>
      <h2>{title}</h2>
      <p className="soft">{meaning}</p>
      <div className="acts">{children}</div>
    </section>
  );
}

/** Words of the query, as people part them; a run of Han is one. */
const wordsOf = (q: string): string[] => q.trim().split(/\s+/).filter(Boolean);

export function NothingFound({ asked, onWhy }: { asked: Query; onWhy: () => void }) {
  const words = useWords(stateWords);
  const library = useWords(libraryWords);
  const working = useSelector(shelf, ({ context }) => context.counts?.by_phase.working ?? 0);
  if (asked.trash)
    return (
      <section className="state">
        <h2>{library.trash_empty}</h2>
      </section>
    );
  const parts = wordsOf(asked.q);
  const title = parts.length > 1 ? words.none_words(parts.length) : parts.length === 1 ? words.none : words.none_here;
  return (
    <section className="state">
      <h2>{title}</h2>
      {working > 0 ? <p className="soft">{words.working(working)}</p> : null}
      <div className="acts">
        {parts.length > 1 && parts.length < 5
          ? parts.map((word) => (
              <button key={word} type="button" className="b plain" onClick={() => change({ q: word })}>
                {words.alone(word)}
              </button>
            ))
          : null}
        {isFiltered({ ...asked, q: '' }) ? (
          <button type="button" className="b plain" onClick={() => change({ ...parseQuery(''), q: asked.q })}>
            {words.without_filters}
          </button>
        ) : null}
        <button type="button" className="b" onClick={onWhy}>
          {words.why}
        </button>
      </div>
    </section>
  );
}

export function Failed({ asked, detail, status }: { asked: Query; detail: string; status: number }) {
  const words = useWords(stateWords);
  return (
    <section className="state">
      <h2>{status === 403 ? words.forbidden : words.failed}</h2>
      <p className="soft">{detail}</p>
      <div className="acts">
        <button type="button" className="b plain" onClick={() => void ask(asked)}>
          {words.again}
        </button>
      </div>
    </section>
  );
}
