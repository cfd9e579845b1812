/** Ways to hand files over: files, a folder, and the camera where there is one to hold. */
import { type ChangeEvent, useRef } from 'react';
import { Icon } from '../frame/icons.tsx';
import { tray } from '../stores/tray.ts';
import { addWords } from '../words/add.ts';
import { useWords } from '../words/words.ts';

const ACCEPTED = 'image/*,application/pdf,.heic,.heif,.tif,.tiff,.bmp';
/** A phone or a tablet; folders can't be chosen there. */
const hasCamera = matchMedia('(pointer: coarse)').matches;

/** By the attribute, which a dialog goes by when it opens; React sets none. */
const focusFirst = (button: HTMLButtonElement | null) => button?.setAttribute('autofocus', '');

/** first: they are what the sheet is for now. */
export function Choosers({ first = false }: { first?: boolean }) {
  const words = useWords(addWords);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const taken = (event: ChangeEvent<HTMLInputElement>) => {
    tray.trigger.hand({ files: [...(event.currentTarget.files ?? [])].filter(({ name }) => !name.startsWith('.')) });
    event.currentTarget.value = ''; // the same may be chosen again
  };
  const look = (rank: 'first' | 'plain') => (first ? `b ${rank}` : 'b link s');
  return (
    <div className="choosers">
      {hasCamera ? (
        <button type="button" className={look('first')} onClick={() => camera.current?.click()}>
          {first ? <Icon name="camera" /> : null}
          {words.camera}
        </button>
      ) : null}
      <button
        type="button"
        className={look(hasCamera ? 'plain' : 'first')}
        ref={first ? focusFirst : null}
        onClick={() => files.current?.click()}
      >
        {words.choose}
      </button>
      {hasCamera ? null : (
        <button type="button" className={look('plain')} onClick={() => folder.current?.click()}>
          {words.folder}
        </button>
      )}
      <input ref={files} type="file" multiple accept={ACCEPTED} hidden aria-label={words.choose} onChange={taken} />
      <input ref={folder} type="file" webkitdirectory="" hidden aria-label={words.folder} onChange={taken} />
      <input ref={camera} type="file" accept="image/*" capture="environment" hidden aria-label={words.camera} onChange={taken} />
    </div>
  );
}
