/** The picture: one page, its zoom, the boxes on it, and an invisible layer of its words that can be selected. */
import { type ClipboardEvent, type CSSProperties, memo, useMemo, useRef, useState } from 'react';
import type { Box } from '../../../contract/search.ts';
import { addressOfCall } from '../../api/api.ts';
import { useKeys } from '../../frame/use-keys.ts';
import type { Picture } from '../../stores/pictures.ts';
import { num } from '../../words/format.ts';
import { pageWords } from '../../words/picture.ts';
import { useWords } from '../../words/words.ts';
import type { PageText } from './page-text.ts';
import { glue, langOf, type Row, rowsOf } from './runs.ts';
import type { Unsures } from './use-unsure.ts';
import { useZoom } from './use-zoom.ts';

type FaceProps = {
  picture: Picture;
  page: number;
  text: PageText | null;
  /** The boxes on this page that match, and the one that is visited. */
  matches: readonly Box[];
  match: Box | null;
  unsure: Unsures;
};

export const previewOf = (id: string, page: number, size: '320' | '1600', turned?: number): string =>
  addressOfCall('get_preview', {
    params: { resource_id: id },
    query: { size, ...(page === 1 ? {} : { page }), ...(turned ? { turned } : {}) },
  });

/** What browsers show by themselves, upright by the file's own tags. */
const SHARP = /^image\/(jpeg|png|webp|gif|avif|bmp)$/;
const at = ({ x, y, w, h }: Pick<Box, 'x' | 'y' | 'w' | 'h'>) => ({
  left: `${x * 100}%`,
  top: `${y * 100}%`,
  width: `${w * 100}%`,
  height: `${h * 100}%`,
});

export function Face({ picture, page, text, matches, match, unsure }: FaceProps) {
  const words = useWords(pageWords);
  const frame = useRef<HTMLDivElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const { resource_id: id, content_type, page_count, viewable } = picture;
  const { view, closer, farther, fit, handlers } = useZoom(frame, `${id} ${page}`);
  useKeys({ '+': closer, '=': closer, '-': farther, '0': fit });
  const rows = useMemo(() => rowsOf(text?.words ?? []), [text]);
  const [natural, setNatural] = useState<{ width: number; height: number } | null>(null);
  const size = text ?? natural ?? { width: 3, height: 4 };
  const sharp = view.scale > 2 && SHARP.test(content_type) && (page_count ?? 1) === 1 && !text?.turned;
  const source = sharp
    ? addressOfCall('get_content', { params: { resource_id: id } })
    : previewOf(id, page, '1600', text?.turned);
  const shown = sheet.current?.offsetHeight ?? 0;
  const percent = shown > 0 ? Math.round((100 * shown * view.scale) / size.height) : null;
  if (!viewable) return <p className="nothing soft">{words.not_shown}</p>;
  return (
    <div ref={frame} className={view.scale > 1 ? 'face near' : 'face'} {...handlers}>
      <div
        ref={sheet}
        className="page"
        style={
          {
            '--ratio': size.width / size.height,
            transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
          } as CSSProperties
        }
      >
        <img
          src={source}
          alt=""
          draggable={false}
          onLoad={({ currentTarget }) => setNatural({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight })}
        />
        {matches.map((box) => (
          <i key={`${box.x} ${box.y} ${box.w}`} className={box === match ? 'hit now' : 'hit'} style={at(box)} />
        ))}
        {unsure.words.map((k) => {
          const word = text?.words[k];
          return word ? (
            <i key={k} className={k === unsure.visited ? 'wordbox unsure sel' : 'wordbox unsure'} style={at(word)} />
          ) : null;
        })}
        {text ? <Layer rows={rows} page={text} /> : null}
      </div>
      <div className="zoom">
        <button type="button" className="b icon" aria-label={words.farther} onClick={farther}>
          −
        </button>
        <span className="num">{percent === null ? '' : `${num(percent)} %`}</span>
        <button type="button" className="b icon" aria-label={words.closer} onClick={closer}>
          +
        </button>
        <button type="button" className="b" onClick={fit}>
          {words.fit} <kbd>0</kbd>
        </button>
      </div>
    </div>
  );
}

let ruler: CanvasRenderingContext2D | null = null;
/** How wide a text is at a height of 1. */
function widthOf(text: string): number {
  ruler ??= document.createElement('canvas').getContext('2d');
  if (!ruler) return text.length / 2;
  ruler.font = '100px sans-serif';
  return Math.max(0.01, ruler.measureText(text).width / 100);
}

/** Words are drawn by nobody here, and selected as on paper. Not for readers of the screen: they have what was read. */
const Layer = memo(function Layer({ rows, page }: { rows: readonly Row[]; page: PageText }) {
  const copy = (event: ClipboardEvent) => {
    const selection = getSelection();
    if (!selection || selection.isCollapsed) return;
    const chosen = new Set(
      [...event.currentTarget.querySelectorAll('[data-k]')]
        .filter((one) => selection.containsNode(one, true))
        .map((one) => Number(one.getAttribute('data-k'))),
    );
    const lines = rows.map(({ words }) => {
      let before: string | null = null;
      return words
        .filter(({ k }) => chosen.has(k))
        .map(({ text }) => {
          const set = glue(before, text) + text;
          before = text;
          return set;
        })
        .join('');
    });
    event.clipboardData.setData('text/plain', lines.filter((line) => line !== '').join('\n'));
    event.preventDefault();
  };
  const ratio = page.width / page.height;
  return (
    <div className="layer" aria-hidden="true" onCopy={copy}>
      {rows.map(({ words }) =>
        words.map(({ k, text, x, y, w, h }) => (
          <span
            key={k}
            data-k={k}
            lang={langOf(text)}
            style={{
              left: `${x * 100}%`,
              top: `${y * 100}%`,
              fontSize: `${h * 100}cqh`,
              transform: `scaleX(${(w * ratio) / (h * widthOf(text))})`,
            }}
          >
            {text}
          </span>
        )),
      )}
    </div>
  );
});
