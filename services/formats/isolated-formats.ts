/** Formats whose decoder is in a thread of its own, as open files. */
import sharp, { type Sharp } from 'sharp';
import { type DecoderName, type Isolated, type OpenedThere, openIsolated, type Pixels } from './isolated.ts';
import { checkPageCount, checkPixels, type Opened, type OpenedWith, type Size } from './pages.ts';

const RGBA = 4;

/** `sizeOf`: what becomes of a page's own size. */
export async function openIsolatedFormat(
  decoder: DecoderName,
  bytes: Uint8Array,
  given: OpenedWith,
  { sizeOf = (size) => size, hasText = false }: { sizeOf?: (own: Size) => Size; hasText?: boolean } = {},
): Promise<Opened> {
  const file = await openIsolated(decoder, bytes, given);
  try {
    checkPageCount(file.count, given.limits);
    const sizes = file.sizes.map(sizeOf);
    checkPixels(sizes, given.limits);
    return openedOf(file, sizes, hasText);
  } catch (error) {
    await file.end();
    throw error;
  }
}

const openedOf = (file: Isolated & Pick<OpenedThere, 'dates'>, sizes: Size[], hasText: boolean): Opened => ({
  sizes,
  stretches: sizes.map(() => 1),
  dates: file.dates ?? [],
  picture: async (page, size) => pictureOf(await file.ask('draw', { page, size })),
  ownText: async (page) => (hasText ? file.ask('read', { page }) : null),
  rest: file.rest,
  close: file.end,
});

const pictureOf = ({ rgba, width, height }: Pixels): Sharp =>
  sharp(rgba, { raw: { width, height, channels: RGBA }, limitInputPixels: width * height });
