/** A small print of a picture; an empty sheet where there is nothing to see of it. */
import { useState } from 'react';
import type { Picture } from '../stores/pictures.ts';
import { previewAddress } from './preview.ts';

export function Thumb({ picture }: { picture: Picture }) {
  const [broken, setBroken] = useState(false);
  if (!picture.viewable || broken) return <i className="sheet-of-none" />;
  return <img src={previewAddress(picture, 320)} alt="" decoding="async" onError={() => setBroken(true)} />;
}
