/** What bytes are called where a link leads to them. */
import contentDisposition from 'content-disposition';

/** What a browser opens with a program of its own, that runs what the file says: it is saved, and shown by its previews. */
const SAVED = new Set(['application/pdf']);

/** A Content-Disposition that shows or saves under any name, in ASCII (RFC 6266 with RFC 8187). */
export function disposition({ content_type, filename }: { content_type: string; filename: string }): string {
  const type = SAVED.has(content_type) ? 'attachment' : 'inline';
  const fallback = filename.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  return contentDisposition(filename.toWellFormed(), { type, fallback });
}
