/** The two facing pages, the line above them, and the keys of this room. */
import { type FocusEvent, type PointerEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { useKeys } from '../../frame/use-keys.ts';
import type { Picture } from '../../stores/pictures.ts';
import { addressOfPicture } from '../../stores/query.ts';
import { pageWords } from '../../words/picture.ts';
import { useWords } from '../../words/words.ts';
import type { Acts } from './acts.ts';
import { Face } from './face.tsx';
import type { Place } from './neighbours.ts';
import { usePageText } from './page-text.ts';
import { RightPage } from './right-page.tsx';
import { Strip } from './strip.tsx';
import { backToList, SubBar } from './sub-bar.tsx';
import { useCorrecting } from './use-correcting.ts';
import { usePages } from './use-pages.ts';
import { useUnsure } from './use-unsure.ts';

/** Which of the two is shown where there is room for one only. */
type View = 'picture' | 'text';
type StageProps = { picture: Picture; place: Place; acts: Acts; onDetails: () => void; children: ReactNode };

export function Stage({ picture, place, acts, onDetails, children }: StageProps) {
  const words = useWords(pageWords);
  const { resource_id: id, revision, phase, status } = picture;
  const count = picture.page_count ?? 1;
  const { text: whole, again } = usePageText(id, `${revision} ${phase === 'working' ? status : phase}`);
  const { page, turnTo, match, toMatch } = usePages(count, place.boxes);
  const text = whole.pages.find((one) => one.page === page) ?? null;
  const unsure = useUnsure(text, `${id} ${revision} ${page}`);
  const correction = useCorrecting({ id, whole, again });
  const [view, setView] = useState<View>('picture');
  const may = acts.may('TEXT_CORRECTED');
  const begin = () => {
    if (!may || !text) return false;
    unsure.visit(null);
    correction.begin();
    setView('text');
    return true;
  };
  useStageKeys({
    ...{ place, acts, onDetails, begin },
    turn: (by) => !correction.open && turnTo(page + by),
    toMatch,
    unsure: () => {
      if (correction.open || !unsure.next()) return false;
      setView('text'); // where there is room for one page only, its field is on this one
      return true;
    },
    out: () => {
      if (correction.open) correction.end();
      else if (unsure.visited !== null) unsure.visit(null);
      else return false;
      return true;
    },
  });
  const here = place.boxes.filter((box) => box.page === page);
  return (
    <>
      <SubBar picture={picture} place={place} acts={acts} onCorrect={may && text && !correction.open ? begin : null} />
      <div className="one">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: it hears which of the words in it is pointed at */}
        <div className={`stage ${view}${count > 1 ? ' many' : ''}`} onPointerOver={light} onFocus={light}>
          {picture.remarks
            .filter((remark) => remark.page === page)
            .map(({ code, meaning }) => (
              <p key={code} className="note wait">
                {meaning}
              </p>
            ))}
          {count > 1 ? <Strip picture={picture} page={page} boxes={place.boxes} onPage={turnTo} /> : null}
          <Views view={view} onView={setView} />
          <div className="side left">
            <p className="label">
              {words.picture}
              {here.length > 0 ? (
                <span>
                  {words.matches(here.length)} <kbd>n</kbd>
                </span>
              ) : null}
            </p>
            <Face picture={picture} page={page} text={text} matches={here} match={match} unsure={unsure} />
          </div>
          <RightPage {...{ id, count, text, unsure, correction, may }} state={whole.state} onTheirs={() => void again()} />
        </div>
        {children}
      </div>
    </>
  );
}

type StageKeys = Pick<StageProps, 'place' | 'acts' | 'onDetails'> & {
  begin: () => boolean;
  turn: (by: number) => boolean;
  toMatch: (by: 1 | -1) => boolean;
  unsure: () => boolean;
  /** Out of what is open; false: nothing is. */
  out: () => boolean;
};
function useStageKeys({ place, acts, onDetails, begin, turn, toMatch, unsure, out }: StageKeys): void {
  const [, go] = useLocation();
  const beside = (other: string | null) => (other === null ? false : go(addressOfPicture(other), { replace: true }));
  useKeys({
    ArrowLeft: () => beside(place.before),
    ArrowRight: () => beside(place.after),
    PageUp: () => turn(-1),
    PageDown: () => turn(1),
    u: unsure,
    e: begin,
    n: () => toMatch(1),
    p: () => toMatch(-1),
    i: () => (acts.may('METADATA_SUBMITTED') ? onDetails() : false),
    r: () => (acts.may('RETRY') ? acts.retry() : false),
    '#': () => (acts.may('TRASH') ? acts.trash() : false),
    Escape: () => (out() ? true : go(backToList())),
  });
}

/** The word under the pointer, or with the focus, is lit on both sides. Not by state: a page may have thousands of words. */
function light(event: PointerEvent | FocusEvent): void {
  const k = event.target instanceof Element ? (event.target.closest('[data-k]')?.getAttribute('data-k') ?? null) : null;
  for (const lit of event.currentTarget.querySelectorAll('.lit')) lit.classList.remove('lit');
  if (k !== null) for (const one of event.currentTarget.querySelectorAll(`[data-k="${k}"]`)) one.classList.add('lit');
}

function Views({ view, onView }: { view: View; onView: (view: View) => void }) {
  const words = useWords(pageWords);
  return (
    <div className="seg views">
      {(['picture', 'text'] as const).map((one) => (
        <button
          key={one}
          type="button"
          className={one === view ? 'on' : undefined}
          aria-pressed={one === view}
          onClick={() => onView(one)}
        >
          {words[`view_${one}`]}
        </button>
      ))}
    </div>
  );
}
