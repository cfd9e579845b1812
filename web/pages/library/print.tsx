/** One picture on the shelf: its print, what was found on it, its strokes, and the words below. */
import { useSelector } from '@xstate/store-react';
import { type KeyboardEvent, type MouseEvent, memo, useState } from 'react';
import { Link } from 'wouter';
import { Icon } from '../../frame/icons.tsx';
import { fitted, pageSize, previewAddress, type Size, sourceSet } from '../../pictures/preview.ts';
import { sayOf } from '../../pictures/state-of.ts';
import { Strokes } from '../../pictures/strokes.tsx';
import { choice } from '../../stores/choice.ts';
import { type Picture, pictureAtom } from '../../stores/pictures.ts';
import { addressOfPicture } from '../../stores/query.ts';
import { libraryWords } from '../../words/library.ts';
import { useLanguage, useWords } from '../../words/words.ts';
import { now } from '../../world.ts';
import { Caption } from './caption.tsx';
import { Lens, useLens } from './lens.tsx';
import { useLongPress } from './long-press.ts';
import type { Hit } from './question.ts';

type PrintProps = {
  id: string;
  hit: Hit | null;
  room: Size;
  /** The one that the Tab key comes to. */
  current: boolean;
  onFocus: (id: string) => void;
  onChoose: (id: string, range: boolean) => void;
};

export const Print = memo(function Print(props: PrintProps) {
  const atom = pictureAtom(props.id);
  if (!atom) throw new Error(`${props.id} stands on the shelf and was not read`);
  const picture = useSelector(atom, (value) => value);
  return <Standing {...props} picture={picture} />;
});

function Standing({ id, hit, room, current, onFocus, onChoose, picture }: PrintProps & { picture: Picture }) {
  const words = useWords(libraryWords);
  const language = useLanguage();
  const chosen = useSelector(choice, ({ context }) => context.ids.has(id));
  const lens = useLens(hit !== null && (hit?.boxes.length ?? 0) > 0);
  const page = hit?.boxes[0]?.page ?? hit?.highlights.find((one) => one.page !== null)?.page ?? 1;
  const said = sayOf(picture, now(), language);
  const title = picture.metadata.title ?? picture.filename;
  const press = useLongPress(() => onChoose(id, false));
  const click = (event: MouseEvent) => {
    if (!event.shiftKey && !press.ended()) return;
    event.preventDefault();
    if (event.shiftKey) onChoose(id, true);
  };
  return (
    <div role="gridcell" className={chosen ? 'pic sel' : 'pic'} aria-selected={chosen} data-id={id} {...lens.events}>
      <Link
        href={addressOfPicture(id)}
        className="go"
        tabIndex={current ? 0 : -1}
        onFocus={() => onFocus(id)}
        onClick={click}
        {...press.events}
        onKeyDown={(event: KeyboardEvent) => event.key === ' ' && event.preventDefault()}
      >
        <span className="stand">
          <Sheet picture={picture} page={page} room={room} hit={hit}>
            {said ? <Strokes picture={picture} label={said.text} /> : null}
            {lens.shown && hit ? <Lens picture={picture} page={page} box={hit.boxes[0]} /> : null}
          </Sheet>
        </span>
        <span className="floor" />
        <Caption picture={picture} hit={hit} said={said} page={page} />
      </Link>
      <button
        type="button"
        className="tick"
        tabIndex={-1}
        aria-pressed={chosen}
        aria-label={words.choose(title)}
        onClick={(event) => onChoose(id, event.shiftKey)}
      >
        <Icon name="check" />
      </button>
    </div>
  );
}

type SheetProps = { picture: Picture; page: number; room: Size; hit: Hit | null; children: React.ReactNode };
function Sheet({ picture, page, room, hit, children }: SheetProps) {
  const [loaded, setLoaded] = useState<Size | null>(null);
  const [broken, setBroken] = useState(false);
  if (!picture.viewable || broken) {
    const shown = fitted({ width: 150, height: 190 }, room);
    return (
      <span className="print bare" style={shown}>
        {children}
      </span>
    );
  }
  const known = pageSize(picture, page) ?? loaded;
  const shown = known ? fitted(known, room) : null;
  return (
    <span className={(picture.page_count ?? 1) > 1 ? 'print many' : 'print'} style={shown ?? { visibility: 'hidden' }}>
      <img
        src={previewAddress(picture, 320, page)}
        {...(known ? { srcSet: sourceSet(picture, page, known), sizes: `${shown?.width ?? 0}px` } : {})}
        alt=""
        decoding="async"
        draggable={false}
        onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => {
          if (!known) setLoaded({ width: width * 4, height: height * 4 }); // only its shape is known by the preview
        }}
        onError={() => setBroken(true)}
      />
      {hit?.boxes
        .filter((box) => box.page === page)
        .map((box) => (
          <i
            key={`${box.x} ${box.y}`}
            className="hit"
            style={{ left: percent(box.x), top: percent(box.y), width: percent(box.w), height: percent(box.h) }}
          />
        ))}
      {children}
    </span>
  );
}
const percent = (fraction: number) => `${fraction * 100}%`;
