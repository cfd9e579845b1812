/** The formats that libvips decodes in this process, as sharp brings it. */
import sharp, { type Metadata, type Sharp } from 'sharp';
import { Illegal, messageOf } from './illegal.ts';
import { checkPageCount, checkPixels, type Open, type Opened, type Size } from './pages.ts';

sharp.cache(false); // pictures are decoded once; what is kept would only be memory
sharp.concurrency(1); // one thread a picture: the queue runs several

/** A decoder that works longer than this is at a picture made to keep it busy, or on a machine that is. 80 megapixels take 3 s. */
const DECODE_LIMIT_S = 60;

/** One page: of what moves, the first frame. */
export const firstFrame: Open = async (bytes, { limits }) => {
  const header = await refusing(() => headerOf(bytes));
  return openedAt([header], (_) => decoded(bytes, limits.max_pixels, {}), limits);
};

/** Each directory of the file is a page, with a size and a turn of its own. */
export const tiff: Open = async (bytes, { limits }) => {
  const { pages = 1 } = await refusing(() => headerOf(bytes));
  checkPageCount(pages, limits);
  const headers: Metadata[] = [];
  for (let page = 0; page < pages; page++) headers.push(await refusing(() => headerOf(bytes, { page }), page + 1, pages));
  return openedAt(headers, (page) => decoded(bytes, limits.max_pixels, { page: page - 1 }), limits);
};

function openedAt(headers: Metadata[], picture: (page: number) => Sharp, limits: Parameters<typeof checkPixels>[1]): Opened {
  const sizes = headers.map(uprightSize);
  checkPixels(sizes, limits);
  const nothing = async () => {};
  return { sizes, picture: async (page) => picture(page), ownText: async () => null, rest: nothing, close: nothing };
}

/** Missing bytes are an error; what decoders only warn of (a stray byte, an odd profile) is not, since the picture can be seen. */
const decoded = (bytes: Uint8Array, max_pixels: number, which: { page?: number }): Sharp =>
  sharp(bytes, { failOn: 'truncated', limitInputPixels: max_pixels, ...which })
    .timeout({ seconds: DECODE_LIMIT_S })
    .autoOrient();

/** Before anything is decoded and whatever it says; so its pixels can be counted. */
const headerOf = (bytes: Uint8Array, which: { page?: number } = {}): Promise<Metadata> =>
  sharp(bytes, { failOn: 'truncated', limitInputPixels: false, ...which }).metadata();

/** As a person sees it: after the turn that EXIF asks for. */
const uprightSize = ({ width, height, autoOrient }: Metadata): Size => autoOrient ?? { width, height };

/** What the decoder refuses is the file's fault: its bytes are in memory, whole as they were stored. */
export async function refusing<Value>(decode: () => Promise<Value>, page = 1, pages = 1): Promise<Value> {
  try {
    return await decode();
  } catch (error) {
    if (isExhaustion(error) || error instanceof Illegal) throw error;
    const which = pages === 1 ? 'it' : `page ${page}`;
    throw new Illegal('TRUNCATED_IMAGE', `${which} cannot be decoded: ${messageOf(error)}`, error);
  }
}

/** Time or memory ran out: that says nothing of the picture. */
const isExhaustion = (error: unknown): boolean =>
  error instanceof Error && /timeout:|out of memory|cannot allocate/i.test(error.message);
