/** What can be known of a file before it is sent: its size, and its kind by its first bytes. The service decides; this saves the way there. */
import type { ContentType } from '../../../contract/resource.ts';
import type { Cause } from '../../../machines/upload.ts';
import type { Me } from '../../stores/session.ts';

const HEAD_BYTES = 1_024;
const ascii = (bytes: Uint8Array, from: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(from, from + length));
const begins = (bytes: Uint8Array, ...first: number[]): boolean => first.every((byte, n) => bytes[n] === byte);

/** null: none that pictures begin with. A PDF may have other bytes before its own. */
export function kindOf(bytes: Uint8Array): ContentType | null {
  if (begins(bytes, 0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (begins(bytes, 0x89, 0x50, 0x4e, 0x47)) return 'image/png';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP') return 'image/webp';
  if (/^GIF8[79]a/.test(ascii(bytes, 0, 6))) return 'image/gif';
  if (begins(bytes, 0x49, 0x49, 0x2a, 0) || begins(bytes, 0x4d, 0x4d, 0, 0x2a)) return 'image/tiff';
  if (begins(bytes, 0x49, 0x49, 0x2b, 0) || begins(bytes, 0x4d, 0x4d, 0, 0x2b)) return 'image/tiff';
  if (ascii(bytes, 0, 2) === 'BM') return 'image/bmp';
  if (ascii(bytes, 4, 4) === 'ftyp') return /avi[fs]/.test(ascii(bytes, 8, 24)) ? 'image/avif' : 'image/heic';
  return ascii(bytes, 0, HEAD_BYTES).includes('%PDF-') ? 'application/pdf' : null;
}

/** null: it may be sent. Rejects where the browser can't read it. */
export async function check(file: File, limits: Me['limits'] | null): Promise<Cause | null> {
  if (file.size === 0) return { code: 'EMPTY', detail: '' };
  if (limits !== null && file.size > limits.max_bytes) return { code: 'TOO_LARGE', detail: '' };
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  return kindOf(head) === null ? { code: 'NOT_A_PICTURE', detail: '' } : null;
}
