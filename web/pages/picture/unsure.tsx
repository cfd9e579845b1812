/** One unsure word: its cut-out, a field with what was read, and "It is right". */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { pageWords } from '../../words/picture.ts';
import { useWords } from '../../words/words.ts';
import { Cutting } from './cutting.tsx';
import { previewOf } from './face.tsx';
import type { PageText } from './page-text.ts';
import { langOf } from './runs.ts';

type UnsureProps = {
  id: string;
  page: PageText;
  k: number;
  more: boolean;
  /** Whether the person may correct it. */
  may: boolean;
  onRight: () => void;
  onCorrect: (text: string) => Promise<void>;
  onNext: () => void;
  onClose: () => void;
};
const WIDE = 222;

export function Unsure({ id, page, k, more, may, onRight, onCorrect, onNext, onClose }: UnsureProps) {
  const words = useWords(pageWords);
  const word = page.words[k];
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(word?.text ?? '');
  useEffect(() => field.current?.focus(), []);
  if (!word) return null;
  const changed = typed !== word.text;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed && may) void onCorrect(typed);
    else onRight();
  };
  const below = word.y < 0.55;
  return (
    <form
      className={below ? 'pop' : 'pop above'}
      style={below ? { top: `${(word.y + word.h) * 100}%` } : { bottom: `${(1 - word.y) * 100}%` }}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <Cutting source={previewOf(id, page.page, '1600', page.turned)} page={page} word={word} wide={WIDE} />
      <label className="field">
        <span>{words.certainty(Math.round(word.confidence * 100))}</span>
        <span className="in">
          <input
            ref={field}
            value={typed}
            lang={langOf(word.text)}
            readOnly={!may}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        </span>
      </label>
      <div className="acts">
        <button type="submit" className="b first">
          {changed ? words.save_word : words.right}
        </button>
        {more ? (
          <button type="button" className="b plain" onClick={onNext}>
            {words.next_unsure}
          </button>
        ) : (
          <button type="button" className="b plain" onClick={onClose}>
            {words.close}
          </button>
        )}
      </div>
    </form>
  );
}
