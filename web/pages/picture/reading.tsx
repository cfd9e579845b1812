/** What was read, opposite the picture: each word at the height and place of its word, or as plain lines where that can't be. */
import { type CSSProperties, memo, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { pageWords } from '../../words/picture.ts';
import { useWords } from '../../words/words.ts';
import type { PageText } from './page-text.ts';
import { glue, isColumn, langOf, type Numbered, piecesOf, rowsOf, runsOf, UNSURE } from './runs.ts';

type ReadingProps = { text: PageText; checked: ReadonlySet<number>; visited: number | null; onVisit: (k: number) => void };

/** children: what lies over it, at places of the page. */
export function Reading({ children, ...props }: ReadingProps & { children?: ReactNode }) {
  const words = useWords(pageWords);
  const { text } = props;
  const rows = useMemo(() => rowsOf(text.words), [text]);
  const whole = useRef<HTMLDivElement>(null);
  const height = useHeight(whole);
  const column = text.source === 'person' || rows.length === 0 || isColumn(rows, height) || height === 0;
  return (
    <div ref={whole} className={column ? 'read column' : 'read'} style={{ '--ratio': text.width / text.height } as CSSProperties}>
      {text.text.trim() === '' ? (
        <p className="soft">{words.nothing_read}</p>
      ) : column ? (
        <Column {...props} />
      ) : (
        <Facing {...props} />
      )}
      {children}
    </div>
  );
}

/** The height of the room for the page, in pixels, now and when the window changes. */
function useHeight(place: { current: HTMLElement | null }): number {
  const [height, setHeight] = useState(0);
  useEffect(() => {
    const shown = place.current?.parentElement;
    if (!shown) return;
    const watch = new ResizeObserver(([entry]) => setHeight(entry?.contentRect.height ?? 0));
    watch.observe(shown);
    return () => watch.disconnect();
  }, [place]);
  return height;
}

const Facing = memo(function Facing(props: ReadingProps) {
  const runs = useMemo(() => runsOf(rowsOf(props.text.words)), [props.text]);
  return runs.map(({ words, mid, end }) => {
    const [first, last] = [words[0], words.at(-1)];
    if (!first || !last) return null;
    const left = end ? last.x + last.w : first.x;
    return (
      <div key={first.k} className={end ? 'ln end' : 'ln'} style={{ top: `${mid * 100}%`, left: `${left * 100}%` }}>
        {setWords(words, props)}
      </div>
    );
  });
});

function setWords(words: readonly Numbered[], props: ReadingProps): ReactNode[] {
  let before: string | null = null;
  return words.flatMap((word) => {
    const space = glue(before, word.text);
    before = word.text;
    return [space, <Word key={word.k} word={word} {...props} />];
  });
}

const Column = memo(function Column(props: ReadingProps) {
  const pieces = useMemo(() => {
    const found = piecesOf(props.text.text, props.text.words);
    return found.map((piece, n) => ({ ...piece, key: piece.word ? `w${piece.word.k}` : `t${n}` }));
  }, [props.text]);
  return (
    <p className="flow" lang={langOf(props.text.text)}>
      {pieces.map(({ key, text, word }) => (word ? <Word key={key} word={word} {...props} /> : text))}
    </p>
  );
});

function Word({ word, checked, visited, onVisit }: ReadingProps & { word: Numbered }) {
  const { k, text, confidence } = word;
  if (confidence >= UNSURE || checked.has(k))
    return (
      <span data-k={k} lang={langOf(text)}>
        {text}
      </span>
    );
  return (
    <button
      type="button"
      data-k={k}
      lang={langOf(text)}
      className={k === visited ? 'unsure sel' : 'unsure'}
      onClick={() => onVisit(k)}
    >
      {text}
    </button>
  );
}
