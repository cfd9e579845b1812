/** The formats that libvips decodes in this process, as sharp brings it. */
import sharp, { type Metadata, type Sharp } from 'sharp';
import { failureOf } from '../../contract/failures.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { decodeSurely } from './decode-surely.ts';
import { type Tags, tiffTags } from './exif.ts';
import { fileTags } from './file-tags.ts';
import { withEnd } from './jpeg-end.ts';
import { withOrientation } from './orientation.ts';
import { checkPageCount, checkPixels, type Open, type Opened, type OpenedWith, type Size } from './pages.ts';
import { messageOf, RejectedFile } from './rejected-file.ts';
import { stretchOf } from './stretch.ts';

sharp.cache(false); // pictures are decoded once; what is kept would only be memory
sharp.concurrency(1); // one thread a picture: the queue runs several

/**
 * What makes the decoder give up. Missing bytes do; what it only warns of (a stray byte, an odd profile) does not, since the picture can
 * be seen. Of a TIFF it merely warns when a strip or a page can't be read at all, so there its errors count.
 */
type FailOn = 'truncated' | 'error';

/** One page: of what moves, the first frame. */
export const firstFrame: Open = async (file, given) => {
  const seen = await rejectOnError(() => headerOf(file, 'truncated'));
  const tags = fileTags(bufferOf(file), seen);
  const bytes = withOrientation(bufferOf(file), seen, tags);
  const header = bytes === null ? seen : await rejectOnError(() => headerOf(bytes, 'truncated'));
  const opened = openedAt([header], (_, limit_ms) => decoded(whole, 'truncated', { ...given.limits, limit_ms }), given);
  const { max_pixels, decode_time_limit_ms: limit_ms } = given.limits;
  const as_it_is = bytes ?? bufferOf(file);
  const whole = (await withEnd(as_it_is, header, { max_pixels, limit_ms })) ?? as_it_is;
  return { ...opened, dates: tags.dates, stretches: [stretchOf(upright(tags, header))] };
};

/** Each directory of the file is a page, with a size and a turn of its own. */
export const tiff: Open = async (bytes, given) => {
  const { limits } = given;
  const first = await rejectOnError(() => headerOf(bytes, 'error'));
  const { pages = 1 } = first;
  checkPageCount(pages, limits);
  const headers: Metadata[] = [];
  for (let page = 0; page < pages; page++)
    headers.push(await rejectOnError(() => headerOf(bytes, 'error', { page }), page + 1, pages));
  const picture = (page: number, limit_ms: number) => decoded(bytes, 'error', { ...limits, limit_ms }, { page: page - 1 });
  const file = bufferOf(bytes);
  const stretches = headers.map((header, page) => stretchOf(upright(tiffTags(file, page), header)));
  return { ...openedAt(headers, picture, given), dates: fileTags(file, first).dates, stretches };
};
const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
/** The density that a file gives is of its stored rows; which way these are turned, libvips has decided. */
const upright = ({ density }: Pick<Tags, 'density'>, { orientation = 1 }: Metadata) => ({ density, orientation });

/** A page is decoded by whoever asked for its picture, until the next is asked for, or none for a while. */
function openedAt(
  headers: Metadata[],
  picture: (page: number, limit_ms: number) => Sharp,
  { limits, clock, budget }: OpenedWith,
): Omit<Opened, 'dates' | 'stretches'> {
  const sizes = headers.map(uprightSize);
  checkPixels(sizes, limits);
  let began: number | null = null;
  const settle = async () => {
    if (began !== null) budget.spend(clock.elapsed() - began);
    began = null;
  };
  return {
    sizes,
    picture: async (page) => {
      await settle();
      const limit_ms = Math.min(limits.decode_time_limit_ms, budget.leftMs());
      began = clock.elapsed();
      return picture(page, limit_ms);
    },
    ownText: async () => null,
    rest: settle,
    close: settle,
  };
}

type Which = { page?: number };
type DecodeLimits = { max_pixels: number; limit_ms: number };
const decoded = (bytes: Uint8Array, failOn: FailOn, { max_pixels, limit_ms }: DecodeLimits, which: Which = {}): Sharp =>
  sharp(bytes, { failOn, limitInputPixels: max_pixels, ...which })
    .timeout({ seconds: Math.ceil(limit_ms / 1_000) })
    .autoOrient();

/** Before anything is decoded and whatever it says; so its pixels can be counted. */
const headerOf = (bytes: Uint8Array, failOn: FailOn, which: Which = {}): Promise<Metadata> =>
  sharp(bytes, { failOn, limitInputPixels: false, ...which }).metadata();

/** As a person sees it: after the turn that EXIF asks for. */
const uprightSize = ({ width, height, autoOrient }: Metadata): Size => autoOrient ?? { width, height };

/** What the decoder refuses is the file's fault: its bytes are in memory, whole as they were stored. `decode` may be run several times. */
export async function rejectOnError<Value>(decode: () => Promise<Value>, page = 1, pages = 1): Promise<Value> {
  try {
    return await decodeSurely(decode);
  } catch (error) {
    if (error instanceof RejectedFile) throw error;
    const which = pages === 1 ? 'it' : `page ${page}`;
    if (isExhaustion(error))
      throw new StepError(failureOf('DECODE_LIMIT', `${which} is too much work to decode: ${messageOf(error)}`), error);
    if (isBeyondDecoder(error)) throw new RejectedFile('TOO_MANY_PIXELS', `${which} is larger than can be decoded`, error);
    if (isUnknownCoding(error)) {
      const detail = `${which} is written in a way that is not read (${messageOf(error)}); save it again, a TIFF with LZW or without compression`;
      throw new RejectedFile('UNSUPPORTED_FORMAT', detail, error);
    }
    throw new RejectedFile('TRUNCATED_IMAGE', `${which} cannot be decoded: ${messageOf(error)}`, error);
  }
}

/** Its header has a size that no decoder takes, so none can be reported. */
const isBeyondDecoder = (error: unknown): boolean =>
  error instanceof Error && /maximum supported image dimension|width\/height out of range/i.test(error.message);

/** The file may be whole, but its coding, its depth or its colours are of a kind that this decoder does not have. */
const isUnknownCoding = (error: unknown): boolean =>
  error instanceof Error && UNKNOWN_CODING.some((words) => words.test(error.message));
const UNKNOWN_CODING = [
  /not configured|not implemented|omitted at compile time/i, // a compression that libtiff or libjpeg knows and was built without
  /unsupported (tiff|jpeg|colou?r|bitspersample)/i, // a process, depth or kind of sample; "unsupported image format" is sharp's of what is damaged
  /not a whole number of bytes/i, // 6, 10, 12 or 14 bits a sample
  /no known route from/i, // colours such as a camera's filter
  /only supports/i, // ThunderScan
  /bad labq format|unsupported marker type 0xf7/i, // Lab of 8 bits; JPEG-LS
];

/** Time or memory ran out. */
const isExhaustion = (error: unknown): boolean =>
  error instanceof Error && /timeout:|out of memory|cannot allocate/i.test(error.message);
