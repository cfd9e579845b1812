/** The library, which is its search: the field, what narrows it, and the shelf. */
import { useSelector } from '@xstate/store-react';
import { useEffect, useState } from 'react';
import { choice } from '../../stores/choice.ts';
import { prefs } from '../../stores/prefs.ts';
import { isFiltered, query, sortOf } from '../../stores/query.ts';
import { mayDo } from '../../stores/session.ts';
import { libraryWords } from '../../words/library.ts';
import { stateWords } from '../../words/library-states.ts';
import { useLanguage, useWords } from '../../words/words.ts';
import { Ask } from './ask.tsx';
import { Chips } from './chips.tsx';
import { Choosing, SureDialog } from './choosing.tsx';
import { followShelf } from './follow.ts';
import { PHONE_PX } from './layout.ts';
import { isSearch } from './question.ts';
import { Shelf } from './shelf.tsx';
import { ask, loadedIds, shelf } from './shelf-store.ts';
import { Failed, FirstMinute, Loading, NothingFound } from './states.tsx';
import { Why } from './why.tsx';

export function Library() {
  const words = useWords(libraryWords);
  const language = useLanguage();
  const asked = useSelector(query, ({ context }) => context);
  const { query: shown, total, exact, took_ms } = useSelector(shelf, ({ context }) => context);
  const chosen_size = useSelector(prefs, ({ context }) => context.size);
  // biome-ignore lint/correctness/useExhaustiveDependencies: answers hold words in the reader's language
  useEffect(() => void ask(asked), [asked, language]);
  useEffect(() => followShelf(), []);
  useEffect(() => () => choice.trigger.none(), []);
  const searching = isSearch(shown ?? asked);
  // Found words are seen on large prints; a phone has no room for them beside each other.
  const size = chosen_size ?? (searching && innerWidth > PHONE_PX ? 'large' : 'medium');
  const nothing = shown !== null && !isFiltered(shown) && total === 0;
  const said = shown === null || nothing ? '' : took_ms === null ? words.pictures(total) : words.found(total, exact, took_ms);
  return (
    <>
      <h1 className="vh">{words.title}</h1>
      <Ask said={said} nothing={nothing} />
      {nothing ? null : <Chips size={size} />}
      <Fresh />
      <Below size={size} searching={searching} nothing={nothing} />
      <Choosing in_trash={asked.trash} />
    </>
  );
}

/** New pictures do not push what is being read. */
function Fresh() {
  const words = useWords(libraryWords);
  const fresh = useSelector(shelf, ({ context }) => context.fresh);
  if (fresh === 0) return null;
  const show = () => {
    scrollTo({ top: 0 });
    void ask(query.getSnapshot().context);
  };
  return (
    <button type="button" className="fresh" onClick={show}>
      {words.fresh(fresh)}
    </button>
  );
}

type BelowProps = { size: 'small' | 'medium' | 'large'; searching: boolean; nothing: boolean };
function Below({ size, searching, nothing }: BelowProps) {
  const words = useWords(libraryWords);
  const [why, setWhy] = useState(false);
  const { query: shown, groups, failed } = useSelector(shelf, ({ context }) => context);
  const asked = useSelector(query, ({ context }) => context);
  const ended = searching && groups.every(({ cursor }) => cursor === null);
  if (failed) return <Failed asked={asked} {...failed} />;
  if (shown === null) return <Loading />;
  if (nothing) return <FirstMinute />;
  return (
    <>
      {shown.trash ? <TrashNote /> : null}
      {groups.length === 0 ? (
        <NothingFound asked={shown} onWhy={() => setWhy(true)} />
      ) : (
        <>
          <h2 className="vh">{searching ? words.results : words.shelf}</h2>
          <Shelf size={size} searching={searching} headings={!searching && sortOf(shown) === 'newest'} />
          {ended ? (
            <p className="after">
              {words.that_is_all}{' '}
              <button type="button" className="b link" onClick={() => setWhy(true)}>
                {words.ask_why}
              </button>
            </p>
          ) : null}
        </>
      )}
      {why ? <Why onClose={() => setWhy(false)} /> : null}
    </>
  );
}

function TrashNote() {
  const words = useWords(libraryWords);
  const states = useWords(stateWords);
  const [sure, setSure] = useState(false);
  const groups = useSelector(shelf, ({ context }) => context.groups);
  if (groups.length === 0) return null;
  return (
    <p className="note quiet trash-note" title={states.in_trash}>
      <span>{words.trash_kept}</span>
      {mayDo('editor') ? (
        <button type="button" className="b link" onClick={() => setSure(true)}>
          {words.empty_trash}
        </button>
      ) : null}
      {sure ? <SureDialog ids={loadedIds()} onClose={() => setSure(false)} /> : null}
    </p>
  );
}
