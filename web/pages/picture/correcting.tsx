/** The text of a whole page, to be corrected: the cut-out above it follows the caret. Two versions are shown where another was quicker. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useKeys } from '../../frame/use-keys.ts';
import { pageWords } from '../../words/picture.ts';
import { useWords } from '../../words/words.ts';
import { Cutting } from './cutting.tsx';
import { previewOf } from './face.tsx';
import type { PageText } from './page-text.ts';
import { langOf, wordAtCaret } from './runs.ts';

type CorrectingProps = {
  id: string;
  page: PageText;
  count: number;
  /** What somebody else has saved meanwhile. */
  conflict: PageText | null;
  onSave: (text: string | null) => Promise<void>;
  onTheirs: () => void;
  onClose: () => void;
};
const WIDE = 420;

export function Correcting({ id, page, count, conflict, onSave, onTheirs, onClose }: CorrectingProps) {
  const words = useWords(pageWords);
  const area = useRef<HTMLTextAreaElement>(null);
  const [typed, setTyped] = useState(page.text);
  const [caret, setCaret] = useState(0);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(0, 0);
  }, []);
  useKeys({ Escape: onClose });
  const save = (text: string | null) => {
    setBusy(true);
    void onSave(text).finally(() => setBusy(false));
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      save(typed);
    }
  };
  const word = wordAtCaret(page.text, typed, caret, page.words) ?? page.words[0] ?? null;
  const follow = () => setCaret(area.current?.selectionStart ?? 0);
  return (
    <section className="correcting" aria-label={words.correcting(page.page, count)}>
      {word ? <Cutting source={previewOf(id, page.page, '1600', page.turned)} page={page} word={word} wide={WIDE} /> : null}
      {conflict ? (
        <div className="note wait" role="alert">
          <b>{words.conflict}.</b> {words.conflict_meaning}
        </div>
      ) : null}
      <div className={conflict ? 'versions two' : 'versions'}>
        {conflict ? (
          <div>
            <h3>{words.theirs}</h3>
            <p className="flow" lang={langOf(conflict.text)}>
              {conflict.text}
            </p>
          </div>
        ) : null}
        <label>
          <span className={conflict ? 'h3' : 'vh'}>{conflict ? words.mine : words.correcting(page.page, count)}</span>
          <textarea
            ref={area}
            value={typed}
            lang={langOf(page.text)}
            spellCheck={false}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              follow();
            }}
            onSelect={follow}
            onKeyDown={press}
          />
        </label>
      </div>
      <div className="acts">
        <button
          type="button"
          className="b first"
          disabled={busy || (typed === page.text && !conflict)}
          onClick={() => save(typed)}
        >
          {conflict ? words.keep_mine : words.save} <kbd>Ctrl ↵</kbd>
        </button>
        {conflict ? (
          <button type="button" className="b plain" onClick={onTheirs}>
            {words.take_theirs}
          </button>
        ) : (
          <button type="button" className="b plain" onClick={onClose}>
            {words.cancel}
          </button>
        )}
        {page.source === 'person' && !conflict ? (
          <button type="button" className="b" disabled={busy} onClick={() => save(null)}>
            {words.back_to_read}
          </button>
        ) : null}
      </div>
    </section>
  );
}
