/** The search field: a line to write on. It asks shortly after the last key, and never while a word is being composed. */
import { useSelector } from '@xstate/store-react';
import { type ChangeEvent, useEffect, useRef, useState } from 'react';
import { Icon } from '../../frame/icons.tsx';
import { useKeys } from '../../frame/use-keys.ts';
import { change, query } from '../../stores/query.ts';
import { libraryWords } from '../../words/library.ts';
import { useWords } from '../../words/words.ts';
import { after } from '../../world.ts';

const QUIET_MS = 150;
const on_phone = matchMedia('(max-width: 700px)');

/** said: what stands at the end of the line. nothing: there are no pictures at all. */
export function Ask({ said, nothing }: { said: string; nothing: boolean }) {
  const words = useWords(libraryWords);
  const field = useRef<HTMLInputElement>(null);
  const { q, trash } = useSelector(query, ({ context }) => context);
  const [text, setText] = useState(q);
  const composing = useRef(false);
  const cancel = useRef(() => {});
  const asked = useRef(q);
  useEffect(() => {
    if (q !== asked.current) setText(q); // by going back, or by a link
    asked.current = q;
  }, [q]);
  useEffect(() => {
    if (!on_phone.matches) field.current?.focus({ preventScroll: true });
    return () => cancel.current();
  }, []);
  const askNow = (next: string) => {
    cancel.current();
    asked.current = next.trim();
    if (next.trim() !== query.getSnapshot().context.q) change({ q: next.trim(), ...(trash ? { trash: false } : {}) }, 'replace');
  };
  const typed = ({ currentTarget: { value } }: ChangeEvent<HTMLInputElement>) => {
    setText(value);
    cancel.current();
    if (!composing.current) cancel.current = after(QUIET_MS, () => askNow(value));
  };
  useKeys({
    '/': () => {
      scrollTo({ top: 0 });
      field.current?.select();
    },
    Escape: () => {
      if (document.activeElement !== field.current) return false;
      if (text === '') return field.current?.blur();
      setText('');
      askNow('');
      return true;
    },
  });
  const hint = nothing ? words.nothing_yet : trash ? words.search_trash : on_phone.matches ? words.search_short : words.search;
  return (
    <search className="ask">
      <Icon name="search" />
      <input
        ref={field}
        className="typed"
        type="search"
        enterKeyHint="search"
        aria-label={words.search}
        placeholder={hint}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={500}
        value={text}
        onChange={typed}
        onCompositionStart={() => {
          composing.current = true;
          cancel.current();
        }}
        onCompositionEnd={({ currentTarget: { value } }) => {
          composing.current = false;
          setText(value);
          askNow(value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) askNow(text);
          if (event.key === 'ArrowDown' && !event.nativeEvent.isComposing) {
            event.preventDefault();
            document.querySelector<HTMLElement>('[role=grid] a[tabindex="0"]')?.focus();
          }
        }}
      />
      {text === '' ? null : (
        <button
          type="button"
          className="b icon"
          aria-label={words.clear}
          onClick={() => {
            setText('');
            askNow('');
            field.current?.focus();
          }}
        >
          <Icon name="x" />
        </button>
      )}
      <output className="said">{said}</output>
    </search>
  );
}
