/** Title, the passage that was found, state, page and date. */

import type { Said } from '../../pictures/state-of.ts';
import type { Picture } from '../../stores/pictures.ts';
import { clock, day } from '../../words/format.ts';
import { pictureWords } from '../../words/pictures.ts';
import { useWords } from '../../words/words.ts';
import { now } from '../../world.ts';
import type { Hit } from './question.ts';

type CaptionProps = { picture: Picture; hit: Hit | null; said: Said | null; page: number };

export function Caption({ picture, hit, said, page }: CaptionProps) {
  const words = useWords(pictureWords);
  const { metadata, filename, page_count, created_at, remarks } = picture;
  const title = metadata.title ?? filename;
  const remark = remarks[0];
  const pages = page_count ?? 1;
  return (
    <span className="cap">
      <span className="title" lang={langOf(title)}>
        {title}
      </span>
      {hit ? <Passage hit={hit} /> : null}
      <span className="foot-line">
        {said ? <span className={`say ${said.cls}`}>{said.text}</span> : null}
        {said?.more ? <span className="more">{said.more}</span> : null}
        {!said && remark ? (
          <span className="remark" title={remark.meaning}>
            {words.remarks[remark.code] ?? words.remark_other}
          </span>
        ) : null}
        {said ? null : (
          <>
            {pages > 1 ? <span>{hit && page > 0 ? words.page_of(page, pages) : words.pages(pages)}</span> : null}
            <time dateTime={metadata.taken_at ?? created_at}>{dateOf(picture, hit !== null)}</time>
            {metadata.tags[0] ? <span>{metadata.tags[0]}</span> : null}
          </>
        )}
      </span>
    </span>
  );
}

/** On the shelf by time: when it came in, today by the clock. Among results: when it was taken, if that is known. */
function dateOf({ metadata, created_at }: Picture, found: boolean): string {
  const at = now();
  if (found && metadata.taken_at) return day(metadata.taken_at, at);
  return new Date(created_at).toDateString() === new Date(at).toDateString() ? clock(created_at) : day(created_at, at);
}

/** The first passage of the text, else of what else has the words, named. */
function Passage({ hit: { highlights } }: { hit: Hit }) {
  const words = useWords(pictureWords);
  const shown = highlights.find(({ field }) => field === 'text') ?? highlights.find(({ field }) => field !== 'title');
  if (!shown) return null;
  const whole = shown.parts.map(({ text }) => text).join('');
  return (
    <span className="passage" lang={langOf(whole)}>
      {words.in_field[shown.field] ? <span className="dim">{words.in_field[shown.field]}</span> : null}
      {wholeWords(shown.parts).map(({ text, match }, n) => {
        const key = `${n} ${text}`;
        return match ? <mark key={key}>{text}</mark> : <span key={key}>{text}</span>;
      })}
    </span>
  );
}

type Part = { text: string; match: boolean };
/** A passage is cut by characters: a word that was cut is left out, and said to be by three dots. Han has no such words. */
function wholeWords(parts: readonly Part[]): Part[] {
  const [first, last] = [parts[0], parts.at(-1)];
  return parts.map((part) => {
    let { text } = part;
    if (part === first && !part.match) text = text.replace(/^[\p{Ll}\p{N}]{1,30}(?=\s)/u, '…');
    if (part === last && !part.match) text = text.replace(/(?<=\s)[\p{Script=Latin}\p{N}]{1,30}$/u, '…');
    return { ...part, text };
  });
}

/** Glyphs of Han differ by language: what a picture says is set in its own. */
export const langOf = (text: string): string =>
  !/\p{Script=Han}/u.test(text) ? 'en' : /[們個這時國學書圖會說為過還發對開關電報應廳寫點]/.test(text) ? 'zh-Hant' : 'zh-Hans';
