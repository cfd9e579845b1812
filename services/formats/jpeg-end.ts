/** A JPEG that lacks only its last marker: senders and cameras that stop early leave such files, and viewers miss nothing of them. */
import sharp from 'sharp';
import type { Size } from './pages.ts';

const END = Buffer.from('ffd9', 'hex');
const [START_OF_SCAN, END_OF_IMAGE] = [0xda, 0xd9];
/** Bytes 0xff in the pixels: stuffed ones, fill, and the marks at which decoding may begin again. */
const WITHIN_PIXELS = new Set([0x00, 0xff, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7]);
/** Twice the highest block of pixels that is coded together. */
const LAST_ROWS = 32;
/** Long enough for all of them to be seen. */
const FILLER = Buffer.alloc(4_096, 0x5a);

/** Its bytes with the end that they lack, if nothing else is missing; null for any other file. `size`: of its stored rows. */
export async function withEnd(
  bytes: Buffer,
  { width, height }: Size,
  limits: { max_pixels: number; limit_ms: number },
): Promise<Buffer | null> {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8 || hasEnd(bytes)) return null;
  const pixels = bytes.at(-1) === 0xff ? bytes.subarray(0, -1) : bytes; // half of the marker
  const whole = Buffer.concat([pixels, END]);
  const rows = Math.min(height, LAST_ROWS);
  const last = (jpeg: Buffer, failOn: 'warning' | 'none') =>
    sharp(jpeg, { failOn, limitInputPixels: limits.max_pixels })
      .timeout({ seconds: Math.ceil(limits.limit_ms / 1_000) })
      .extract({ left: 0, top: height - rows, width, height: rows })
      .raw()
      .toBuffer();
  try {
    const seen = await last(whole, 'warning');
    // The decoder's warning comes too late for the last rows: if anything is missing of them, they take it from what follows.
    return seen.equals(await last(Buffer.concat([pixels, FILLER, END]), 'none')) ? whole : null;
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
