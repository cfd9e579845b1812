/** The first match enlarged, above where it is on the print, when it is looked at for a moment. */
import { useEffect, useRef, useState } from 'react';
import type { Box } from '../../../contract/search.ts';
import { pageSize, previewAddress } from '../../pictures/preview.ts';
import type { Picture } from '../../stores/pictures.ts';
import { after } from '../../world.ts';

const WAIT_MS = 400;
const LENS = { width: 268, height: 92 };
/** The height of a found word in it. */
const WORD_PX = 26;

export function useLens(has_match: boolean) {
  const [shown, setShown] = useState(false);
  const cancel = useRef(() => {});
  useEffect(() => () => cancel.current(), []);
  const begin = () => {
    cancel.current();
    if (has_match) cancel.current = after(WAIT_MS, () => setShown(true));
  };
  const end = () => {
    cancel.current();
    setShown(false);
  };
  return { shown, events: { onPointerEnter: begin, onPointerLeave: end, onFocus: begin, onBlur: end } };
}

export function Lens({ picture, page, box }: { picture: Picture; page: number; box: Box | undefined }) {
  const [loaded, setLoaded] = useState<{ width: number; height: number } | null>(null);
  if (!box) return null;
  const size = pageSize(picture, page) ?? loaded;
  const scale = size ? Math.min(3, WORD_PX / (box.h * size.height)) : 1;
  const [width, height] = size ? [size.width * scale, size.height * scale] : [0, 0];
  const clamp = (place: number, whole: number, room: number) => Math.min(0, Math.max(room - whole, place));
  const left = clamp(LENS.width / 2 - (box.x + box.w / 2) * width, width, LENS.width);
  const top = clamp(LENS.height / 2 - (box.y + box.h / 2) * height, height, LENS.height);
  return (
    <span
      className="lens"
      style={{ ...LENS, bottom: `calc(${(1 - box.y) * 100}% + 8px)`, ...(size ? {} : { visibility: 'hidden' }) }}
      aria-hidden="true"
    >
      <span className="large" style={{ width, height, left, top }}>
        <img
          src={previewAddress(picture, 1600, page)}
          alt=""
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setLoaded({ width: naturalWidth, height: naturalHeight })
          }
        />
        <i className="hit" style={{ left: box.x * width, top: box.y * height, width: box.w * width, height: box.h * height }} />
      </span>
    </span>
  );
}
