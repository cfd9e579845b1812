/** Small pictures that differ, and a recogniser that reads the number which each is painted with. For tests of the lifecycle, not of OCR. */
import sharp from 'sharp';
import type { PageRead, Recogniser } from '../../runtime/ports/providers.ts';

const SIDE = 16;

/** A grey PNG that holds its number (below 65,536) in its first two pixels: the services hand on an upright grey copy. */
export function pictureOf(number: number): Promise<Buffer> {
  const pixels = Buffer.alloc(SIDE * SIDE, 128);
  pixels[0] = number >> 8;
  pixels[1] = number & 255;
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .png()
    .toBuffer();
}

/** As an engine apart from the service reads it. */
export const readNumber = (png: Buffer): Promise<PageRead> =>
  numberReader().recognise({ png, page: 1, width: 0, height: 0 }, new AbortController().signal);

/** The word that stands for a number: letters only, so that no analyser changes it, and none is the beginning of another. */
export const wordOf = (number: number): string => `w${[...String(number)].map((digit) => 'bcdfghjklm'[Number(digit)]).join('')}z`;

/** `reading`: called with the number of each picture before it is read. */
export function numberReader(reading: (number: number) => Promise<void> = async () => {}): Recogniser {
  return {
    engine: 'numbers',
    async recognise({ png }) {
      const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
      const number = (data[0] ?? 0) * 256 + (data[info.channels] ?? 0);
      await reading(number);
      return { text: `number ${wordOf(number)}`, confidence: 1, words: [] };
    },
    ready: async () => {},
    close: async () => {},
  };
}
