/** Pages whose dots are not square, such as those of a fax: as large and of the shape as they are on paper. */
import sharp from 'sharp';
import type { StepLimits } from '../../runtime/tasks/step-handler.ts';
import { MAX_SIDE, type Opened, type Size } from './pages.ts';
import { rejectOnError } from './raster.ts';

/** A file is not refused for what it gains: where that would be too much, its pages keep the number of their dots. */
export function inTrueShape(file: Opened, limits: StepLimits): Opened {
  const { stretches } = file;
  if (stretches.every((stretch) => stretch === 1)) return file;
  const of = (resize: (size: Size, stretch: number) => Size) =>
    file.sizes.map((size, i) => ((stretches[i] ?? 1) === 1 ? size : resize(size, stretches[i] ?? 1)));
  const larger = of(enlarged);
  const sizes = isWithin(larger, limits) ? larger : of(equalled);
  return {
    ...file,
    sizes,
    stretches: sizes.map(() => 1),
    picture: async (page, wanted) => {
      const own = file.sizes[page - 1];
      const picture = await file.picture(page, own ?? wanted);
      if ((stretches[page - 1] ?? 1) === 1) return picture;
      const drawn = () =>
        picture
          .resize({ ...wanted, fit: 'fill' })
          .toColourspace('srgb')
          .raw({ depth: 'uchar' })
          .toBuffer({ resolveWithObject: true });
      const { data, info } = await rejectOnError(drawn, page, sizes.length);
      const { width, height, channels } = info;
      return sharp(data, { raw: { width, height, channels }, limitInputPixels: width * height });
    },
  };
}

/** No dot is lost. */
const enlarged = ({ width, height }: Size, stretch: number): Size =>
  stretch > 1 ? { width, height: Math.round(height * stretch) } : { width: Math.round(width / stretch), height };
/** As many dots as there were, or fewer where a side would be too long. */
function equalled({ width, height }: Size, stretch: number): Size {
  const [wide, high] = [width / Math.sqrt(stretch), height * Math.sqrt(stretch)];
  const scale = Math.min(1, MAX_SIDE / Math.max(wide, high));
  return { width: Math.max(1, Math.floor(wide * scale)), height: Math.max(1, Math.floor(high * scale)) };
}

function isWithin(sizes: readonly Size[], { max_pixels, max_document_pixels }: StepLimits): boolean {
  const pixels = sizes.map(({ width, height }) => width * height);
  const is_page_within = sizes.every(({ width, height }) => width * height <= max_pixels && Math.max(width, height) <= MAX_SIDE);
  return is_page_within && pixels.reduce((all, one) => all + one, 0) <= max_document_pixels;
}
