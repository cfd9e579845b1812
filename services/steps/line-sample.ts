/** A few lines of a page as a picture of their own, one below the other: read in a part of the time that the page would take. */
import sharp from 'sharp';
import type { Word } from '../../contract/text.ts';
import type { PageRead, PictureToRead } from '../../runtime/ports/providers.ts';
import { placeOf } from './own-text.ts';

/** Parts of a line's height that are cut out around it: less than what parts it from the next. */
const AROUND = 0.2;
/** Pixels of white around each line. */
const MARGIN = 24;
const WHITE = 255;

type Strip = { left: number; top: number; width: number; height: number; at: number };

/** `back`: what was read of the picture, with its places on the page. */
export async function sampleOf(
  { png, page, width, height }: PictureToRead,
  lines: Word[][],
): Promise<{ picture: PictureToRead; back(read: PageRead): PageRead }> {
  const strips: Strip[] = [];
  let at = MARGIN;
  for (const line of lines) {
    const { x, y, w, h } = placeOf(line);
    const around = AROUND * h * height;
    const [left, top] = [Math.floor(Math.max(0, x * width - around)), Math.floor(Math.max(0, y * height - around))];
    const right = Math.min(width, Math.ceil((x + w) * width + around));
    const bottom = Math.min(height, Math.ceil((y + h) * height + around));
    if (right <= left || bottom <= top) continue;
    strips.push({ left, top, width: right - left, height: bottom - top, at });
    at += bottom - top + MARGIN;
  }
  const size = { width: Math.max(1, ...strips.map((strip) => strip.width)) + 2 * MARGIN, height: at };
  const parts = strips.map(async ({ at: top, ...strip }) => ({
    ...{ input: await sharp(png).extract(strip).png().toBuffer(), left: MARGIN, top },
  }));
  const background = { r: WHITE, g: WHITE, b: WHITE };
  const sheet = sharp({ create: { ...size, channels: 3, background } }).composite(await Promise.all(parts));
  const picture = { png: await sheet.greyscale().png({ compressionLevel: 1 }).toBuffer(), page, ...size };
  return {
    picture,
    back: (read) => ({
      ...read,
      words: read.words.flatMap((word) => {
        const middle = (word.y + word.h / 2) * size.height;
        const strip = strips.find((one) => middle >= one.at - MARGIN / 2 && middle < one.at + one.height + MARGIN / 2);
        if (!strip) return [];
        const [x, y] = [word.x * size.width - MARGIN + strip.left, word.y * size.height - strip.at + strip.top];
        const scaled = { w: (word.w * size.width) / width, h: (word.h * size.height) / height };
        return [{ ...word, x: x / width, y: y / height, ...scaled }];
      }),
    }),
  };
}
