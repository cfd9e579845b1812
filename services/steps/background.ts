/** What a picture that lets light through is laid on before it is read: its ink may be light, made for a dark page. */
import type { Sharp } from 'sharp';

export const WHITE = '#ffffff';
export const BLACK = '#000000';
/** Pixels of the copy that is looked at: what is asked is an average. */
const LOOK_SIZE = 256;
/** Ink is less than half of what is drawn on a page; if most can't be seen through, the picture brings its own ground. */
const MAX_INK = 0.5;
/** Of 255, the mean of the ink: between the two, it is grey and reads well on white. */
const LIGHT = 170;

/** BLACK under light ink with nothing behind it; WHITE under all else. */
export async function backgroundOf(picture: Sharp): Promise<typeof WHITE | typeof BLACK> {
  if (!(await picture.metadata()).hasAlpha) return WHITE;
  const { data, info } = await picture
    .clone()
    .resize({ width: LOOK_SIZE, height: LOOK_SIZE, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  let [ink, light] = [0, 0];
  for (let at = 0; at < data.length; at += info.channels) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + info.channels);
    ink += alpha;
    light += alpha * (0.299 * red + 0.587 * green + 0.114 * blue); // the luma of ITU-R BT.601
  }
  const share = ink / (info.width * info.height * 255);
  return ink > 0 && share < MAX_INK && light / ink > LIGHT ? BLACK : WHITE;
}
