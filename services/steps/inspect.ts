/**
 * Inspect: is there a picture, and is it a legal one?
 * It copies what came to a key that no link can write, and judges the copy: nothing changes under a later step.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { incomingPrefix, originalKey, ownPrefix, PREVIEWS, previewKey } from '../../contract/object-keys.ts';
import type { Remark } from '../../contract/remarks.ts';
import { CONTENT_TYPES, type ContentType } from '../../contract/resource.ts';
import type { InspectInput, LegalPicture, Verdict } from '../../contract/steps.ts';
import type { PageSize } from '../../contract/text.ts';
import type { ObjectHead } from '../../runtime/ports/objects.ts';
import { type StepContext, StepError, type StepHandler } from '../../runtime/tasks/step-handler.ts';
import { type DateOfFile, dateOfFile } from '../formats/dates.ts';
import { fitting, type Opened, type Size } from '../formats/pages.ts';
import { rejectOnError } from '../formats/raster.ts';
import { openFile, RejectedType } from '../formats/registry.ts';
import { RejectedFile } from '../formats/rejected-file.ts';
import { tried } from './page-failure.ts';
import { readObject } from './read-object.ts';
import { writeIfWanted } from './wanted.ts';

/** Uploads of one picture that are looked at. */
const MAX_UPLOADS = 100;
/** Objects below the place of one picture: copies and previews of a few runs, each of the most pages that are usual. */
const MAX_OBJECTS = 2_000;
const PREVIEW_MAX_BYTES = 16 * 1024 * 1024;
/** Of 100: small writing on a page can still be read. */
const PREVIEW_QUALITY = 80;

/**
 * Run again, it finds its own frozen copy and judges the same bytes; run anew (another token), it freezes what came last, or takes
 * the copy of the run before it. Previews are written to keys of the copy, with the same content each time.
 */
export const inspect: StepHandler<InspectInput, Verdict | Inspected> = {
  async run(input, context) {
    const frozen = await frozenCopy(input, context);
    if (!frozen) return { verdict: 'absent' };
    try {
      return await judge(frozen, input, context);
    } catch (error) {
      if (error instanceof RejectedFile)
        return { verdict: 'illegal', code: error.code, detail: await detailOf(error, input, context) };
      throw error;
    }
  },
  /** The copy is what counts now. A copy of an earlier run would do as well, should this result not have been believed. */
  async tidy(output, ids, { objects }) {
    if (output.verdict === 'legal') await objects.removePrefix(incomingPrefix(ids));
  },
  async writes(output, { at }) {
    if (output.verdict === 'absent') return { facts: [] };
    if (output.verdict === 'illegal') return { facts: [], columns: { uploaded_at: at } };
    const { sha256, byte_size, content_type, width, height, page_count, taken_at: file_taken_at = null } = output;
    const { page_sizes, remarks } = 'remarks' in output ? output : { page_sizes: null, remarks: [] };
    const shape = { width, height, page_count, page_sizes, engine: null, turns: null };
    return { facts: [], columns: { sha256, byte_size, content_type, ...shape, file_taken_at, uploaded_at: at }, remarks };
  },
};

/** This run's copy; else of the newest upload; else that of an earlier run, if its upload was cleared away since. */
async function frozenCopy(ids: InspectInput, context: StepContext): Promise<ObjectHead | null> {
  const { objects, task_id } = context;
  const own = originalKey(ids, task_id);
  const there = await objects.head(own);
  if (there) return there;
  const [newest] = await objects.list(incomingPrefix(ids), MAX_UPLOADS);
  const frozen = newest ? await writeIfWanted(context, ids, () => objects.freeze(newest.key, own)) : null;
  if (frozen) return frozen;
  const earlier = await objects.list(ownPrefix(ids), MAX_OBJECTS);
  return earlier.find(({ key }) => key.endsWith('/original')) ?? null;
}

type Inspected = LegalPicture & { page_sizes: PageSize[] | null; remarks: readonly Remark[] };

async function judge(frozen: ObjectHead, input: InspectInput, context: StepContext): Promise<Inspected> {
  const { objects, limits, task_id } = context;
  const { claimed } = input;
  const { key, byte_size } = frozen;
  if (byte_size > limits.max_bytes)
    throw new RejectedFile('TOO_MANY_BYTES', `${byte_size} bytes; at most ${limits.max_bytes} are taken`);
  if (claimed.byte_size !== null && claimed.byte_size !== byte_size)
    throw new RejectedFile('CHECKSUM_MISMATCH', `${byte_size} bytes came, ${claimed.byte_size} were announced`);
  const bytes = await readObject(objects, key);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (claimed.sha256 !== null && claimed.sha256 !== sha256)
    throw new RejectedFile('CHECKSUM_MISMATCH', `the SHA-256 is ${sha256}, announced was ${claimed.sha256}`);
  const { clock, signal } = context;
  const file = await openFile(bytes, { limits, clock, signal, owner: input.org_id });
  const put: Put = (preview, webp) =>
    writeIfWanted(context, input, () => objects.put(preview, Readable.from([webp]), PREVIEW_MAX_BYTES));
  try {
    await writeAllPreviews(put, key, file, signal);
    const { content_type, sizes } = file;
    const [first] = sizes;
    if (!first) throw new RejectedFile('NO_PAGES', 'the document has no pages');
    const seen = { sha256, original_key: key, byte_size, content_type, ...first, page_count: sizes.length };
    const date = dateOfFile(file.dates, clock.now());
    const remarks = [...((await file.remarks?.()) ?? []), ...remarksOfDate(date)];
    return { verdict: 'legal', ...seen, taken_at: date?.taken_at ?? null, fact_id: task_id, page_sizes: sizesOf(sizes), remarks };
  } catch (error) {
    throw error instanceof RejectedFile ? new RejectedType(error, file.content_type) : error;
  } finally {
    await file.close();
  }
}

/** null where all pages are as the first. */
const sizesOf = (sizes: readonly Size[]): PageSize[] | null =>
  sizes.every(({ width, height }) => width === sizes[0]?.width && height === sizes[0]?.height)
    ? null
    : sizes.map(({ width, height }): PageSize => [width, height]);

const remarksOfDate = (date: DateOfFile | null): Remark[] =>
  date?.is_partial ? [{ code: 'dates_guessed', page: null, detail: `the file names no day: taken to be ${date.taken_at}` }] : [];

/** With what the file was announced as, where that is something else than it is: then the name misled somebody. */
async function detailOf(error: RejectedFile, { resource_id, org_id }: InspectInput, { facts }: StepContext): Promise<string> {
  const is = error instanceof RejectedType ? error.content_type : null;
  const resource = await facts.resources.get({ org_id }, resource_id);
  const announced = CONTENT_TYPES.find((type) => type === resource?.content_type);
  if (!announced || announced === is || !showsType(error)) return error.message;
  return `announced as ${announced}; ${is ? `it is ${is}: ` : ''}${error.message}`;
}
const showsType = (error: RejectedFile): boolean =>
  error instanceof RejectedType || error.code === 'NOT_AN_IMAGE' || error.code === 'UNSUPPORTED_FORMAT';

/** Share of the pages of a PDF. */
const MOST = 0.5;
type Put = (key: string, webp: Uint8Array) => Promise<unknown>;
/**
 * Throws what makes a page no picture. But pages of a PDF are objects of their own, of which one may be broken while the file is whole: it
 * has no preview, and `ocr` says that it could not be read. A file without most of its pages was cut short.
 */
async function writeAllPreviews(
  put: Put,
  key: string,
  file: Opened & { content_type: ContentType },
  signal: AbortSignal,
): Promise<void> {
  const { sizes, content_type } = file;
  let first: StepError | null = null;
  let written = 0;
  for (let page = 1; page <= sizes.length; page++) {
    signal.throwIfAborted();
    const write = () => writePreviews(put, { key, page }, file);
    if (content_type !== 'application/pdf') await write();
    else {
      const failed = await tried(write, signal);
      if (failed instanceof StepError) first ??= failed;
      else written += 1;
    }
  }
  if (first && written < MOST * sizes.length) throw first.cause instanceof RejectedFile ? first.cause : first;
}
/**
 * Decodes the whole page once, so that a truncated one is found here; each preview is made from the larger one before it, while that
 * is being written. Whatever fails, it ends when no write is under way any more.
 */
async function writePreviews(put: Put, { key, page }: { key: string; page: number }, file: Opened): Promise<void> {
  const { sizes } = file;
  const own = sizes[page - 1] ?? LEAST;
  let picture = await file.picture(page, fitting(own, LARGEST_PREVIEW));
  const writes: Promise<unknown>[] = [];
  const make = async (size: (typeof PREVIEWS)[number]['size']) => {
    const side = Number(size);
    const small = picture.resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
    const made = () => small.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    const { data, info } = await rejectOnError(made, page, sizes.length);
    const raw = { width: info.width, height: info.height, channels: info.channels };
    const webp = await sharp(data, { raw }).webp({ quality: PREVIEW_QUALITY }).toBuffer();
    const write = put(previewKey(key, size, page), webp);
    write.catch(() => {}); // seen below, when none is under way
    writes.push(write);
    picture = sharp(data, { raw });
  };
  try {
    for (const { size } of PREVIEWS) await make(size);
  } finally {
    await Promise.allSettled(writes);
  }
  await Promise.all(writes);
}
const LARGEST_PREVIEW = Math.max(...PREVIEWS.map(({ size }) => Number(size)));
const LEAST: Size = { width: 1, height: 1 };
