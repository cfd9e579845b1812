/** What bytes are called where a link leads to them. */

/** What a browser opens with a program of its own, that runs what the file says: it is saved, and shown by its previews. */
const SAVED = new Set(['application/pdf']);

/** A Content-Disposition that shows or saves under any name (RFC 6266 with RFC 8187). */
export function disposition({ content_type, filename }: { content_type: string; filename: string }): string {
  const kind = SAVED.has(content_type) ? 'attachment' : 'inline';
  const ascii = filename.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(filename.toWellFormed()).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
