/** One file in the list: its thumbnail, its name cut in the middle, how far it has come, and what can be done about it. */
import { type Atom, createAtom, useSelector } from '@xstate/store-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { statusRow } from '../../contract/statuses.ts';
import { isFinal } from '../../machines/upload.ts';
import { addressOfCall } from '../api/api.ts';
import { Icon } from '../frame/icons.tsx';
import { type Picture, pictureAtom } from '../stores/pictures.ts';
import { session } from '../stores/session.ts';
import { tray } from '../stores/tray.ts';
import { addWords } from '../words/add.ts';
import { bytes, day, num } from '../words/format.ts';
import { useText, useWords } from '../words/words.ts';
import { now } from '../world.ts';
import { fileOf } from './kept.ts';
import { run } from './queue.ts';
import type { View } from './uploads.ts';

const NONE: Atom<Picture | null> = createAtom<Picture | null>(null);
const usePicture = (id: string | null): Picture | null =>
  useSelector<Picture | null, Picture | null>(
    (id === null ? null : (pictureAtom(id) as Atom<Picture | null> | null)) ?? NONE,
    (value) => value,
  );

type Said = { text: string; cls: '' | 'work' | 'wait' | 'fail' };
function useSaid(view: View, picture: Picture | null): Said {
  const words = useWords(addWords);
  const text = useText();
  const limits = useSelector(session, ({ context }) => context.me?.limits ?? null);
  const { state, sent, size, lost, cause, since } = view;
  if (state === 'refused') {
    const known = words.causes[cause?.code ?? ''];
    return { text: known ? known(size, limits?.max_bytes ?? null) : ((cause?.detail || cause?.code) ?? ''), cls: 'fail' };
  }
  if (state === 'already') return { text: words.here_since(day(since ?? now(), now())), cls: '' };
  if (state === 'waiting') return lost ? { text: words.lost, cls: 'wait' } : { text: words.in_line, cls: '' };
  if (state === 'announcing') return { text: words.begun, cls: 'work' };
  if (state === 'sending') {
    const part = `${num(Math.floor((100 * sent) / Math.max(1, size)))} %`;
    return { text: size < 200_000 ? part : words.percent(part, bytes(sent), bytes(size)), cls: 'work' };
  }
  if (state === 'telling' || state === 'watching') return { text: words.sent, cls: 'work' };
  if (state !== 'in') return { text: words.checked, cls: '' };
  if (!picture) return { text: words.all_in, cls: '' };
  const label = text(statusRow(picture.status).label);
  if (picture.phase === 'failed') return { text: picture.failure?.meaning ?? label, cls: 'fail' };
  return { text: label, cls: picture.phase === 'working' ? 'work' : picture.phase === 'needs_person' ? 'wait' : '' };
}

export function FileRow({ view, chosen, onChoose }: { view: View; chosen: boolean; onChoose: () => void }) {
  const words = useWords(addWords);
  const picture = usePicture(view.resource_id);
  const said = useSaid(view, picture);
  const { name, state, sent, size } = view;
  const cut = cutInTheMiddle(name);
  return (
    <div className={chosen ? 'file on' : 'file'}>
      <Thumb view={view} picture={picture} />
      <button type="button" className="name" title={name} aria-pressed={chosen} onClick={onChoose}>
        <b>{cut.stem}</b>
        <i>{cut.tail}</i>
      </button>
      <small className={said.cls}>
        {said.text}
        {view.kept || state === 'in' || state === 'already' || state === 'refused' ? '' : ` ${words.not_kept}`}
      </small>
      <div className="end">
        <End view={view} picture={picture} />
      </div>
      {state === 'sending' ? (
        <div className="meter">
          <i style={{ width: `${(100 * sent) / Math.max(1, size)}%` }} />
        </div>
      ) : null}
    </div>
  );
}

function End({ view, picture }: { view: View; picture: Picture | null }) {
  const words = useWords(addWords);
  const { id, name, state, lost, cause, resource_id } = view;
  if (state === 'already' || (state === 'in' && picture?.phase !== 'ready'))
    return (
      <Link className="b link s" href={`/pictures/${resource_id}`} onClick={() => tray.trigger.close()}>
        {words.show}
        <span className="vh"> {name}</span>
      </Link>
    );
  if (state === 'in')
    return (
      <Link
        className="b icon"
        href={`/pictures/${resource_id}`}
        aria-label={words.show_name(name)}
        onClick={() => tray.trigger.close()}
      >
        <Icon name="check" />
      </Link>
    );
  if (state === 'watching' || state === 'telling') return null;
  return (
    <>
      {lost && state === 'waiting' ? (
        <button
          type="button"
          className="b icon"
          aria-label={`${words.now}: ${name}`}
          title={words.now}
          onClick={() => run({ name: 'now' })}
        >
          <Icon name="retry" />
        </button>
      ) : null}
      {state === 'refused' && !isFinal(cause) ? (
        <button type="button" className="b icon" aria-label={words.try_again(name)} onClick={() => run({ name: 'retry', id })}>
          <Icon name="retry" />
        </button>
      ) : null}
      <button type="button" className="b icon" aria-label={words.leave_out(name)} onClick={() => run({ name: 'leave_out', id })}>
        <Icon name="x" />
      </button>
    </>
  );
}

const TAIL = 8;
/** `IMG_20261128_091244-letter-of-the-bicycle-` and `shop.png`: the end of a name is never cut off. */
function cutInTheMiddle(name: string): { stem: string; tail: string } {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 6 ? name.length - dot : 0;
  const letters = [...name];
  const tail = Math.min(letters.length, extension + TAIL);
  return letters.length <= 24
    ? { stem: name, tail: '' }
    : { stem: letters.slice(0, -tail).join(''), tail: letters.slice(-tail).join('') };
}

/** What browsers can draw by themselves. */
const DRAWN = /^image\/(jpeg|png|webp|gif|avif|bmp)$/;
function Thumb({ view, picture }: { view: View; picture: Picture | null }) {
  const { id, name, type, state } = view;
  const [own, setOwn] = useState<string | null>(null);
  const shown = picture?.viewable
    ? addressOfCall('get_preview', { params: { resource_id: picture.resource_id }, query: { size: '320' } })
    : own;
  const wanted = !picture?.viewable && DRAWN.test(type) && state !== 'refused';
  useEffect(() => {
    if (!wanted) return;
    let address: string | null = null;
    let over = false;
    void fileOf(id).then((file) => {
      if (!file || over) return;
      address = URL.createObjectURL(file);
      setOwn(address);
    });
    return () => {
      over = true;
      setOwn(null);
      if (address) URL.revokeObjectURL(address);
    };
  }, [id, wanted]);
  return (
    <div className="thumb">
      {shown ? (
        <img src={shown} alt="" decoding="async" onError={() => setOwn(null)} />
      ) : (
        <span className="blank">{extensionOf(name)}</span>
      )}
    </div>
  );
}
const extensionOf = (name: string): string => (/\.([A-Za-z0-9]{1,4})$/.exec(name)?.[1] ?? '').toLowerCase();
