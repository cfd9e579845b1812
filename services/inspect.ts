/**
 * Inspect: is there a picture, and is it a legal one?
 * It copies what came to a key that no link can write, and judges the copy: nothing changes under a later step.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { fileTypeFromBuffer } from 'file-type';
import sharp from 'sharp';
import type { FailureCode } from '../contract/failures.ts';
import { incomingPrefix, originalKey, ownPrefix, PREVIEWS, previewKey } from '../contract/object-keys.ts';
import type { InspectInput, LegalPicture, Verdict } from '../contract/steps.ts';
import type { ObjectHead, Objects } from '../runtime/ports.ts';
import type { Service, ServiceContext } from '../runtime/service.ts';
import { decoded, headerOf, isExhaustion, uprightSize } from './picture.ts';
import { bytesOf } from './read-object.ts';

/** What is decoded here, by magic bytes and never by name. */
const ALLOWED = new Set(['image/jpeg', 'image/png', 'image/webp']);
/** Objects looked at below a prefix: uploads of one picture, and runs of its inspection. */
const MOST_OBJECTS = 100;
const PREVIEW_MAX_BYTES = 16 * 1024 * 1024;
/** Of 100: small writing on a page can still be read. */
const PREVIEW_QUALITY = 80;

/** Not a failure of ours: the picture is refused, and says why. */
class Illegal extends Error {
  readonly code: FailureCode;
  constructor(code: FailureCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

/**
 * Run again, it finds its own frozen copy and judges the same bytes; run anew (another token), it freezes what came last, or takes
 * the copy of the run before it. Previews are written to keys of the copy, with the same content each time.
 */
export const inspect: Service<InspectInput, Verdict> = {
  async run(input, context) {
    const frozen = await frozenCopy(input, context);
    if (!frozen) return { verdict: 'absent' };
    try {
      return await judge(frozen, input, context);
    } catch (error) {
      if (error instanceof Illegal) return { verdict: 'illegal', code: error.code, detail: error.message };
      throw error;
    }
  },
  /** The copy is what counts now. A copy of an earlier run would do as well, should this result not have been believed. */
  async tidy(output, whose, { objects }) {
    if (output.verdict === 'legal') await objects.removePrefix(incomingPrefix(whose));
  },
  async writes(output, { input: { resource_id, org_id }, at, facts }) {
    if (output.verdict === 'absent') return { facts: [] };
    if (output.verdict === 'illegal') return { facts: [], columns: { uploaded_at: at } };
    const { sha256, byte_size, content_type, width, height, page_count } = output;
    const twin = await facts.resources.alive({ org_id }, sha256, resource_id);
    const seen = { sha256, byte_size, content_type, width, height, page_count, uploaded_at: at };
    return { facts: [], columns: { ...seen, duplicate_of: twin ? twin.resource_id : null } };
  },
};

/** This run's copy; else of the newest upload; else that of an earlier run, if its upload was cleared away since. */
async function frozenCopy(whose: InspectInput, { objects, task_id }: ServiceContext): Promise<ObjectHead | null> {
  const own = originalKey(whose, task_id);
  const there = await objects.head(own);
  if (there) return there;
  const [newest] = await objects.list(incomingPrefix(whose), MOST_OBJECTS);
  const frozen = newest ? await objects.freeze(newest.key, own) : null;
  if (frozen) return frozen;
  const earlier = await objects.list(ownPrefix(whose), MOST_OBJECTS);
  return earlier.find(({ key }) => key.endsWith('/original')) ?? null;
}

async function judge(
  frozen: ObjectHead,
  { claimed }: InspectInput,
  { objects, limits, task_id }: ServiceContext,
): Promise<LegalPicture> {
  const { key, byte_size } = frozen;
  if (byte_size > limits.max_bytes)
    throw new Illegal('TOO_MANY_BYTES', `${byte_size} bytes; at most ${limits.max_bytes} are taken`);
  if (claimed.byte_size !== null && claimed.byte_size !== byte_size)
    throw new Illegal('CHECKSUM_MISMATCH', `${byte_size} bytes came, ${claimed.byte_size} were announced`);
  const bytes = await bytesOf(objects, key);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (claimed.sha256 !== null && claimed.sha256 !== sha256)
    throw new Illegal('CHECKSUM_MISMATCH', `the SHA-256 is ${sha256}, announced was ${claimed.sha256}`);
  const content_type = await typeOf(bytes);
  const { width, height } = await sizeOf(bytes, limits.max_pixels);
  await writePreviews(objects, key, bytes, limits.max_pixels);
  return { verdict: 'legal', sha256, original_key: key, byte_size, content_type, width, height, page_count: 1, fact_id: task_id };
}

async function typeOf(bytes: Uint8Array): Promise<string> {
  const type = await fileTypeFromBuffer(bytes);
  if (type && ALLOWED.has(type.mime)) return type.mime;
  if (type?.mime.startsWith('image/') || type?.mime === 'application/pdf')
    throw new Illegal('UNSUPPORTED_FORMAT', `it is ${type.mime}, which is not read yet`);
  throw new Illegal('NOT_AN_IMAGE', type ? `it is ${type.mime}` : `its ${bytes.byteLength} bytes begin like no picture`);
}

/** Upright. From the header alone: nothing is decoded before its pixels are counted. */
async function sizeOf(bytes: Uint8Array, max_pixels: number): Promise<{ width: number; height: number }> {
  const { width, height } = uprightSize(await broken(() => headerOf(bytes)));
  if (width * height > max_pixels)
    throw new Illegal('TOO_MANY_PIXELS', `${width} × ${height}; at most ${max_pixels} pixels are taken`);
  return { width, height };
}

/** Decodes the whole picture once, so that a truncated one is found here; each preview is made from the larger one before it. */
async function writePreviews(objects: Objects, key: string, bytes: Uint8Array, max_pixels: number): Promise<void> {
  let picture = decoded(bytes, max_pixels);
  for (const { size } of PREVIEWS) {
    const width = Number(size);
    const small = picture.resize({ width, height: width, fit: 'inside', withoutEnlargement: true });
    const { data, info } = await broken(() =>
      small.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
    );
    const raw = { width: info.width, height: info.height, channels: info.channels };
    const webp = await sharp(data, { raw }).webp({ quality: PREVIEW_QUALITY }).toBuffer();
    await objects.put(previewKey(key, size), Readable.from([webp]), PREVIEW_MAX_BYTES);
    picture = sharp(data, { raw });
  }
}

/** What the decoder refuses is the picture's fault: its bytes are in memory, whole as they were stored. */
async function broken<Value>(decode: () => Promise<Value>): Promise<Value> {
  try {
    return await decode();
  } catch (error) {
    if (isExhaustion(error)) throw error;
    throw new Illegal('TRUNCATED_IMAGE', `it cannot be decoded: ${error instanceof Error ? error.message : String(error)}`);
  }
}
