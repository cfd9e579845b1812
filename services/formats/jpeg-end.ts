/** A JPEG that lacks only its last marker: senders and cameras that stop early leave such files, and viewers miss nothing of them. */
import sharp from 'sharp';
import type { Size } from './pages.ts';

const END = Buffer.from('ffd9', 'hex');
const [START_OF_SCAN, END_OF_IMAGE] = [0xda, 0xd9];
/** Bytes 0xff in the pixels: stuffed ones, fill, and the marks at which decoding may begin again. */
const WITHIN_PIXELS = new Set([0x00, 0xff, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7]);
/** Pixels of the copy that is decoded to see whether anything is missing. */
const LOOK_SIZE = 64;

/** Its bytes with the end that they lack, if nothing else is missing; null for any other file. `size`: of its stored rows. */
export async function withEnd(
  bytes: Buffer,
  { width, height }: Size,
  limits: { max_pixels: number; limit_ms: number },
): Promise<Buffer | null> {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8 || hasEnd(bytes)) return null;
  const whole = Buffer.concat([bytes, END]);
  try {
    await sharp(whole, { failOn: 'warning', limitInputPixels: limits.max_pixels })
      .timeout({ seconds: Math.ceil(limits.limit_ms / 1_000) })
      .extract({ left: 0, top: 0, width, height }) // else it is decoded at an eighth, which overlooks the last rows
      .resize(LOOK_SIZE)
      .raw()
      .toBuffer();
    return whole;
  } catch {
    return null; // it says itself what is wrong, when it is decoded as it is
  }
}

/** Whether the picture ends before its bytes do. The end of a smaller picture inside of a segment is none. */
function hasEnd(bytes: Buffer): boolean {
  let at = 2;
  while (at + 1 < bytes.length) {
    const found = bytes.indexOf(0xff, at);
    if (found < 0 || found + 1 >= bytes.length) return false;
    const marker = bytes[found + 1] ?? 0;
    if (marker === END_OF_IMAGE) return true;
    if (WITHIN_PIXELS.has(marker)) at = found + (marker === 0xff ? 1 : 2);
    else if (found + 4 > bytes.length) return false;
    else at = found + 2 + Math.max(bytes.readUInt16BE(found + 2), marker === START_OF_SCAN ? 2 : 0);
  }
  return false;
}
