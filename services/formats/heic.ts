/** HEIC, as phones take it: the picture that the file calls its primary one. What is AVIF by another name goes the way of AVIF. */
import sharp from 'sharp';
import { openIsolatedFormat } from './isolated-formats.ts';
import { checkPixels, type Open } from './pages.ts';
import { firstFrame, rejectOnError } from './raster.ts';

export const heic: Open = async (bytes, given) => {
  const { compression, width, height } = await rejectOnError(() => sharp(bytes, { limitInputPixels: false }).metadata());
  checkPixels([{ width, height }], given.limits); // before libheif's own limits, which say less
  return compression === 'av1' ? firstFrame(bytes, given) : openIsolatedFormat('heic', bytes, given);
};
