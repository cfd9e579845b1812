/** The formats that libvips decodes in this process, as sharp brings it. */
import sharp, { type Metadata, type Sharp } from 'sharp';
import { failureOf } from '../../contract/failures.ts';
import { ServiceError, type ServiceLimits } from '../../runtime/service.ts';
import { Illegal, messageOf } from './illegal.ts';
import { checkPageCount, checkPixels, type Open, type Opened, type Size } from './pages.ts';

sharp.cache(false); // pictures are decoded once; what is kept would only be memory
sharp.concurrency(1); // one thread a picture: the queue runs several

/**
 * What makes the decoder give up. Missing bytes do; what it only warns of (a stray byte, an odd profile) does not, since the picture can
 * be seen. Of a TIFF it merely warns when a strip or a page can't be read at all, so there its errors count.
 */
type FailOn = 'truncated' | 'error';

/** One page: of what moves, the first frame. */
export const firstFrame: Open = async (bytes, { limits }) => {
  const header = await refusing(() => headerOf(bytes, 'truncated'));
  return openedAt([header], (_) => decoded(bytes, 'truncated', limits), limits);
};

/** Each directory of the file is a page, with a size and a turn of its own. */
export const tiff: Open = async (bytes, { limits }) => {
  const { pages = 1 } = await refusing(() => headerOf(bytes, 'error'));
  checkPageCount(pages, limits);
  const headers: Metadata[] = [];
  for (let page = 0; page < pages; page++)
    headers.push(await refusing(() => headerOf(bytes, 'error', { page }), page + 1, pages));
  return openedAt(headers, (page) => decoded(bytes, 'error', limits, { page: page - 1 }), limits);
};

function openedAt(headers: Metadata[], picture: (page: number) => Sharp, limits: ServiceLimits): Opened {
  const sizes = headers.map(uprightSize);
  checkPixels(sizes, limits);
  const nothing = async () => {};
  return { sizes, picture: async (page) => picture(page), ownText: async () => null, rest: nothing, close: nothing };
}

type Which = { page?: number };
const decoded = (bytes: Uint8Array, failOn: FailOn, limits: ServiceLimits, which: Which = {}): Sharp =>
  sharp(bytes, { failOn, limitInputPixels: limits.max_pixels, ...which })
    .timeout({ seconds: Math.ceil(limits.decode_time_limit_ms / 1_000) })
    .autoOrient();

/** Before anything is decoded and whatever it says; so its pixels can be counted. */
const headerOf = (bytes: Uint8Array, failOn: FailOn, which: Which = {}): Promise<Metadata> =>
  sharp(bytes, { failOn, limitInputPixels: false, ...which }).metadata();

/** As a person sees it: after the turn that EXIF asks for. */
const uprightSize = ({ width, height, autoOrient }: Metadata): Size => autoOrient ?? { width, height };

/** What the decoder refuses is the file's fault: its bytes are in memory, whole as they were stored. */
export async function refusing<Value>(decode: () => Promise<Value>, page = 1, pages = 1): Promise<Value> {
  try {
    return await decode();
  } catch (error) {
    if (error instanceof Illegal) throw error;
    const which = pages === 1 ? 'it' : `page ${page}`;
    if (isExhaustion(error))
      throw new ServiceError(failureOf('DECODE_LIMIT', `${which} is too much work to decode: ${messageOf(error)}`), error);
    if (isBeyondDecoder(error)) throw new Illegal('TOO_MANY_PIXELS', `${which} is larger than can be decoded`, error);
    throw new Illegal('TRUNCATED_IMAGE', `${which} cannot be decoded: ${messageOf(error)}`, error);
  }
}

/** Its header says a size that no decoder takes, so that there is none to be told. */
const isBeyondDecoder = (error: unknown): boolean =>
  error instanceof Error && /maximum supported image dimension|width\/height out of range/i.test(error.message);

/** Time or memory ran out: on a machine under load that says nothing of the picture, so it may be tried again. */
const isExhaustion = (error: unknown): boolean =>
  error instanceof Error && /timeout:|out of memory|cannot allocate/i.test(error.message);
