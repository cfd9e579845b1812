/** Every format that is read, and how. What inspect takes, OCR can read: both open files by this table. */
import type { ContentType } from '../../contract/resource.ts';
import { bmp } from './bmp.ts';
import { decodeBudget } from './budget.ts';
import { heic } from './heic.ts';
import type { Open, Opened, OpenedWith } from './pages.ts';
import { pdf } from './pdf.ts';
import { firstFrame, tiff } from './raster.ts';
import { RejectedFile } from './rejected-file.ts';
import { inTrueShape } from './true-shape.ts';
import { contentTypeOf } from './type.ts';

const FORMATS: Record<ContentType, Open> = {
  'image/jpeg': firstFrame,
  'image/png': firstFrame,
  'image/webp': firstFrame,
  'image/gif': firstFrame,
  'image/avif': firstFrame,
  'image/tiff': tiff,
  'image/bmp': bmp,
  'image/heic': heic,
  'application/pdf': pdf,
};

/** By its bytes alone, whatever it is called. Its pages and pixels are counted, and within the limits. `times`: how often its pages
 * will be decoded, as far as that takes longer than once. Throws Illegal. */
export async function openFile(
  bytes: Uint8Array,
  { times = 1, ...context }: Omit<OpenedWith, 'budget'> & { times?: number },
): Promise<Opened & { content_type: ContentType }> {
  const given = { ...context, budget: decodeBudget(bytes, context.limits, times) };
  const content_type = await contentTypeOf(bytes);
  const opened = await FORMATS[content_type](bytes, given).catch((error: unknown) => {
    throw error instanceof RejectedFile ? new RejectedType(error, content_type) : error;
  });
  return { ...inTrueShape(opened, given.limits), content_type };
}

/** Refused after it was known what it is. */
export class RejectedType extends RejectedFile {
  readonly content_type: ContentType;
  constructor(cause: RejectedFile, content_type: ContentType) {
    super(cause.code, cause.message, cause);
    this.content_type = content_type;
  }
}
