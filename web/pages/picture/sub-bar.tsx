/** The line under the bar: back, the title, the neighbours, and what can be done. */
import { useState } from 'react';
import { Link } from 'wouter';
import { WEB_PAGES } from '../../../contract/web-pages.ts';
import { addressOfCall } from '../../api/api.ts';
import { Icon } from '../../frame/icons.tsx';
import { Menu } from '../../frame/menu.tsx';
import { PLACES } from '../../frame/places.ts';
import type { Picture } from '../../stores/pictures.ts';
import { addressOfPicture, query, searchOf } from '../../stores/query.ts';
import { pageWords } from '../../words/picture.ts';
import { useWords } from '../../words/words.ts';
import type { Acts } from './acts.ts';
import type { Place } from './neighbours.ts';
import { langOf } from './runs.ts';

export const backToList = (): string => WEB_PAGES.library + searchOf(query.getSnapshot().context);
const hasMachines = PLACES.some(({ page, ready }) => page === 'machines' && ready);

type SubBarProps = { picture: Picture; place: Place; acts: Acts; onCorrect: (() => void) | null };

export function SubBar({ picture, place, acts, onCorrect }: SubBarProps) {
  const words = useWords(pageWords);
  const title = picture.metadata.title ?? picture.filename;
  const { resource_id } = picture;
  return (
    <div className="sub">
      <Link className="b icon" href={backToList()} aria-label={words.back}>
        <Icon name="back" />
      </Link>
      <h1 lang={langOf(title)} title={title}>
        {title}
      </h1>
      {place.at > 0 && place.total > 1 ? <span className="dim s wide num">{words.place(place.at, place.total)}</span> : null}
      <span className="end">
        <Beside id={place.before} label={words.previous} icon="back" />
        <Beside id={place.after} label={words.next} icon="next" />
        {onCorrect ? (
          <button type="button" className="b plain wide" onClick={onCorrect}>
            <Icon name="edit" />
            {words.correct} <kbd>E</kbd>
          </button>
        ) : null}
        {picture.viewable ? (
          <a
            className="b icon wide"
            href={addressOfCall('get_content', { params: { resource_id } })}
            download={picture.filename}
            aria-label={words.download}
            title={words.download}
          >
            <Icon name="down" />
          </a>
        ) : null}
        {acts.may('TRASH') ? (
          <button type="button" className="b icon wide" aria-label={words.to_trash} title={words.to_trash} onClick={acts.trash}>
            <Icon name="trash" />
          </button>
        ) : null}
        <More picture={picture} acts={acts} onCorrect={onCorrect} />
      </span>
    </div>
  );
}

function Beside({ id, label, icon }: { id: string | null; label: string; icon: 'back' | 'next' }) {
  return id === null ? null : (
    <Link className="b icon" href={addressOfPicture(id)} replace aria-label={label} title={label}>
      <Icon name={icon} />
    </Link>
  );
}

const AGAIN = [
  { key: 'ocr', from: 'ocr', engine: undefined },
  { key: 'ppocr', from: 'ocr', engine: 'ppocr' },
  { key: 'tesseract', from: 'ocr', engine: 'tesseract' },
  { key: 'embed', from: 'embed', engine: undefined },
  { key: 'index', from: 'index', engine: undefined },
] as const;
function More({ picture, acts, onCorrect }: Omit<SubBarProps, 'place'>) {
  const words = useWords(pageWords);
  const [sure, setSure] = useState(false);
  const { resource_id } = picture;
  const act = (close: () => void, work: () => void) => () => {
    close();
    work();
  };
  return (
    <Menu label={words.more} button={<Icon name="more" />}>
      {(close) => (
        <>
          {onCorrect ? (
            <button type="button" className="narrow" onClick={act(close, onCorrect)}>
              <Icon name="edit" />
              {words.correct}
            </button>
          ) : null}
          {acts.may('RESTORE') ? (
            <button type="button" onClick={act(close, acts.restore)}>
              <Icon name="retry" />
              {words.restore}
            </button>
          ) : null}
          {acts.may('REPROCESS')
            ? AGAIN.map(({ key, from, engine }) => (
                <button key={key} type="button" onClick={act(close, () => acts.reprocess(from, engine))}>
                  <Icon name="retry" />
                  {words[`again_${key}`]}
                </button>
              ))
            : null}
          {picture.viewable ? (
            <a href={addressOfCall('get_content', { params: { resource_id } })} download={picture.filename}>
              <Icon name="down" />
              {words.download}
            </a>
          ) : null}
          {hasMachines ? (
            <Link href={`${WEB_PAGES.machine.replace(':id', 'resource')}?picture=${resource_id}`}>
              <Icon name="machine" />
              {words.machine}
            </Link>
          ) : null}
          {acts.may('TRASH') ? (
            <button type="button" onClick={act(close, acts.trash)}>
              <Icon name="trash" />
              {words.to_trash}
            </button>
          ) : null}
          {acts.may('DELETE') && picture.phase === 'gone' ? (
            <button type="button" className="b danger" onClick={sure ? act(close, acts.remove) : () => setSure(true)}>
              <Icon name="trash" />
              {sure ? words.sure : words.for_good}
            </button>
          ) : null}
        </>
      )}
    </Menu>
  );
}
