/** What a file is, by its bytes and never by its name. Everything that is not in the table of formats is refused here. */
import { CONTENT_TYPES, type ContentType } from '../../contract/resource.ts';
import { RejectedFile } from './rejected-file.ts';

/** Other names of what is read. A PNG that moves is one; HEIC has a name for each way its parts are put together. */
const ALSO: Record<string, ContentType> = { 'image/apng': 'image/png', 'image/heif': 'image/heic' };
/** A PDF may begin with junk of at most so many bytes: as all readers of PDF allow. */
const PDF_HEADER_WITHIN = 1_024;
/** What they begin with. The library looks further, and does not know a TIFF without its tags (often at the end) or a PNG with broken parts. */
const BEGINNINGS: Record<string, ContentType> = { '49492a00': 'image/tiff', '4d4d002a': 'image/tiff', '89504e47': 'image/png' };
/** Enough to tell text from anything else. */
const TEXT_LOOKED_AT = 4_096;

/** Throws Illegal for what is no picture, or of no kind that is read. */
export async function contentTypeOf(bytes: Uint8Array): Promise<ContentType> {
  const seen = await typeSeen(bytes);
  const type = CONTENT_TYPES.find((known) => known === (ALSO[seen] ?? seen));
  if (type) return type;
  throw new RejectedFile(seen.startsWith('image/') ? 'UNSUPPORTED_FORMAT' : 'NOT_AN_IMAGE', `it is ${seen}`);
}

/** The type that the first bytes of a file show: one that is read, by our name for it, or any other; null for none. */
export async function seenType(head: Uint8Array): Promise<string | null> {
  const seen = await typeSeen(head);
  return seen.includes('/') ? (ALSO[seen] ?? seen) : null;
}

async function typeSeen(bytes: Uint8Array): Promise<string> {
  if (bytes.byteLength === 0) return 'empty';
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, TEXT_LOOKED_AT));
  const { fileTypeFromBuffer } = await import('file-type'); // no start waits for its 50 ms
  const detected = (await fileTypeFromBuffer(bytes))?.mime;
  if (detected?.startsWith('image/')) return detected; // whatever comes behind it
  if (head.subarray(0, PDF_HEADER_WITHIN).includes('%PDF-')) return 'application/pdf';
  if (detected && detected !== 'application/xml') return detected;
  const begun = BEGINNINGS[head.subarray(0, 4).toString('hex')];
  if (begun) return begun;
  if (head.includes(0)) return `${bytes.byteLength} bytes that begin like no picture`;
  if (/<svg[\s>]/.test(head.toString('latin1'))) return 'image/svg+xml';
  return detected ?? (isText(head) ? 'text/plain' : `${bytes.byteLength} bytes that begin like no picture`);
}

/** The last character may be cut through. */
const isText = (head: Buffer): boolean => !head.toString('utf8').slice(0, -1).includes('\ufffd');
