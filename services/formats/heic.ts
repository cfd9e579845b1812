/** HEIC, as phones take it: the picture that the file calls its primary one. What is AVIF by another name goes the way of AVIF. */
import sharp from 'sharp';
import { fileTags } from './file-tags.ts';
import { checkCoding } from './heif-coding.ts';
import { openIsolatedFormat } from './isolated-formats.ts';
import { checkPixels, type Open } from './pages.ts';
import { firstFrame, rejectOnError } from './raster.ts';

export const heic: Open = async (bytes, given) => {
  checkCoding(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const header = await rejectOnError(() => sharp(bytes, { limitInputPixels: false }).metadata());
  const { compression, width, height } = header;
  checkPixels([{ width, height }], given.limits); // before libheif's own limits, which say less
  if (compression === 'av1') return firstFrame(bytes, given);
  const { dates } = fileTags(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), header);
  return { ...(await openIsolatedFormat('heic', bytes, given)), dates };
};
