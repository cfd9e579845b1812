/** Formats whose decoder is in a thread of its own, as open files. */
import sharp, { type Sharp } from 'sharp';
import type { Remark } from '../../contract/remarks.ts';
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

function openedOf(file: Isolated & OpenedThere, sizes: Size[], hasText: boolean): Opened {
  const on_pages = new Map<number, Remark[]>();
  return {
    sizes,
    stretches: sizes.map(() => 1),
    dates: file.dates ?? [],
    async picture(page, size) {
      const { remarks = [], ...pixels } = await file.ask('draw', { page, size });
      on_pages.set(
        page,
        remarks.map((remark) => ({ ...remark, page })),
      );
      return pictureOf(pixels);
    },
    ownText: async (page) => (hasText ? file.ask('read', { page }) : null),
    remarks: async () => [...(file.remarks ?? []).map((remark) => ({ ...remark, page: null })), ...[...on_pages.values()].flat()],
    rest: file.rest,
    close: file.end,
  };
}

const pictureOf = ({ rgba, width, height }: Pixels): Sharp =>
  sharp(rgba, { raw: { width, height, channels: RGBA }, limitInputPixels: width * height });
