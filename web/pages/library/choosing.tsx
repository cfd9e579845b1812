/** The bar of what is chosen, at the foot of the page: what may be done with all of it. */
import { useSelector } from '@xstate/store-react';
import { type FormEvent, useState } from 'react';
import { Dialog } from '../../frame/dialog.tsx';
import { Icon } from '../../frame/icons.tsx';
import { useKeys } from '../../frame/use-keys.ts';
import { useKnownTags } from '../../frame/use-known-tags.ts';
import { choice } from '../../stores/choice.ts';
import { pictureNow } from '../../stores/pictures.ts';
import { mayDo } from '../../stores/session.ts';
import { num } from '../../words/format.ts';
import { frameWords } from '../../words/frame.ts';
import { libraryWords } from '../../words/library.ts';
import { useWords } from '../../words/words.ts';
import { addTag, deleteForGood, download, restore, retry, trash } from './acts.ts';

export function Choosing({ in_trash }: { in_trash: boolean }) {
  const words = useWords(libraryWords);
  const ids = useSelector(choice, ({ context }) => context.ids);
  const [asking, setAsking] = useState<'tag' | 'for_good' | null>(null);
  const chosen = [...ids];
  const edits = mayDo('editor');
  const some = (work: () => unknown) => () => (chosen.length === 0 || !edits ? false : work());
  useKeys({
    t: some(() => (in_trash ? false : setAsking('tag'))),
    r: some(() => (in_trash ? false : void retry(chosen))),
    '#': some(() => (in_trash ? setAsking('for_good') : void trash(chosen))),
    Escape: () => (chosen.length === 0 || asking !== null ? false : choice.trigger.none()),
  });
  if (chosen.length === 0) return null;
  const has_stopped = chosen.some((id) => pictureNow(id)?.allowed_events.includes('RETRY'));
  return (
    <>
      <div className="chosen" role="toolbar" aria-label={words.chosen_bar}>
        <b aria-live="polite">{words.chosen(chosen.length)}</b>
        {edits && !in_trash ? (
          <>
            <button type="button" className="b" onClick={() => setAsking('tag')}>
              <Icon name="tag" />
              <span>{words.tag}</span> <kbd>T</kbd>
            </button>
            {has_stopped ? (
              <button type="button" className="b" onClick={() => void retry(chosen)}>
                <Icon name="retry" />
                <span>{words.retry}</span>
              </button>
            ) : null}
          </>
        ) : null}
        {in_trash ? null : (
          <button type="button" className="b" onClick={() => download(chosen)}>
            <Icon name="down" />
            <span>{words.download}</span>
          </button>
        )}
        {edits && !in_trash ? (
          <button type="button" className="b" onClick={() => void trash(chosen)}>
            <Icon name="trash" />
            <span>{words.to_trash}</span>
          </button>
        ) : null}
        {edits && in_trash ? (
          <>
            <button type="button" className="b" onClick={() => void restore(chosen)}>
              <Icon name="back" />
              <span>{words.restore}</span>
            </button>
            <button type="button" className="b" onClick={() => setAsking('for_good')}>
              <Icon name="trash" />
              <span>{words.for_good}</span>
            </button>
          </>
        ) : null}
        <button type="button" className="b icon" aria-label={words.choose_none} onClick={() => choice.trigger.none()}>
          <Icon name="x" />
        </button>
      </div>
      {asking === 'tag' ? <TagDialog ids={chosen} onClose={() => setAsking(null)} /> : null}
      {asking === 'for_good' ? <SureDialog ids={chosen} onClose={() => setAsking(null)} /> : null}
    </>
  );
}

type DialogProps = { ids: readonly string[]; onClose: () => void };

function TagDialog({ ids, onClose }: DialogProps) {
  const words = useWords(libraryWords);
  const frame = useWords(frameWords);
  const [typed, setTyped] = useState('');
  const known = useKnownTags(typed);
  const add = (tag: string) => {
    onClose();
    void addTag(ids, tag);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const tag = String(new FormData(event.currentTarget).get('tag') ?? '').trim();
    if (tag !== '') add(tag);
  };
  return (
    <Dialog className="sheet" label={words.tag} onClose={onClose}>
      <header>
        <h2>{words.chosen(ids.length)}</h2>
        <button type="button" className="b icon" aria-label={frame.close} onClick={onClose}>
          <Icon name="x" />
        </button>
      </header>
      <form onSubmit={submit} className="tagging">
        <label className="field">
          <span>{words.new_tag}</span>
          <span className="in">
            <input
              name="tag"
              maxLength={60}
              autoComplete="off"
              data-first
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          </span>
        </label>
        <button type="submit" className="b first">
          {words.tag_add}
        </button>
      </form>
      <p className="s dim">{words.tag_how}</p>
      {known.length > 0 ? (
        <>
          <h3 className="s dim">{words.tags_known}</h3>
          <div className="chips">
            {known.map(({ tag, count }) => (
              <button key={tag} type="button" className="chip" onClick={() => add(tag)}>
                {tag} <b>{num(count)}</b>
              </button>
            ))}
          </div>
        </>
      ) : null}
    </Dialog>
  );
}

export function SureDialog({ ids, onClose }: DialogProps) {
  const words = useWords(libraryWords);
  const sure = () => {
    onClose();
    void deleteForGood(ids);
  };
  return (
    <Dialog className="sheet" label={words.for_good} onClose={onClose}>
      <header>
        <h2>{words.sure_for_good(ids.length)}</h2>
      </header>
      <p className="soft">{words.sure_meaning}</p>
      <div className="acts">
        <button type="button" className="b plain" onClick={onClose}>
          {words.cancel}
        </button>
        <button type="button" className="b danger" onClick={sure}>
          {words.sure_yes}
        </button>
      </div>
    </Dialog>
  );
}
