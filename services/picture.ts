/** How pictures are decoded: the same way by every step, so that what inspect takes, OCR can read. */
import sharp, { type Metadata, type Sharp } from 'sharp';

sharp.cache(false); // pictures are decoded once; what is kept would only be memory
sharp.concurrency(1); // one thread a picture: the queue runs several

/** A decoder that works longer than this is at a picture made to keep it busy, or on a machine that is. 80 megapixels take 3 s. */
const DECODE_LIMIT_S = 60;

/** Missing bytes are an error; what decoders only warn of (a stray byte, an odd profile) is not, since the picture can be seen. */
export const decoded = (bytes: Uint8Array, max_pixels: number): Sharp =>
  sharp(bytes, { failOn: 'truncated', limitInputPixels: max_pixels }).timeout({ seconds: DECODE_LIMIT_S }).autoOrient();

/** Of the header, before anything is decoded and whatever it says; so its pixels can be counted. */
export const headerOf = (bytes: Uint8Array): Promise<Metadata> =>
  sharp(bytes, { failOn: 'truncated', limitInputPixels: false }).metadata();

/** As a person sees it: after the turn that EXIF asks for. */
export const uprightSize = ({ width, height, autoOrient }: Metadata): { width: number; height: number } =>
  autoOrient ?? { width, height };

/** Time or memory ran out: that says nothing of the picture. */
export const isExhaustion = (error: unknown): boolean =>
  error instanceof Error && /timeout:|out of memory|cannot allocate/i.test(error.message);
