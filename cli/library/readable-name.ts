/** A file name that people can read and every file system takes. */

/** Maximum bytes of the middle part, in UTF-8: with date and id it stays below 143, the shortest limit in use (an encrypted folder's). */
const MAX_BYTES = 80;
/** Separators, wildcards and what Windows refuses; characters that are not seen; and a space or dot at an end. */
const UNSAFE = /[<>:"/\\|?*\p{C}\p{Zl}\p{Zp}]+/gu;

/** `2026-11-24_lunch-receipt_9c27d94c15e7`: the same for a resource whatever is edited, since none of its parts ever changes. */
export function readableName(of: { created_at: string; filename: string; resource_id: string }): string {
  const stem = of.filename.replace(/\.[A-Za-z0-9]{1,5}$/, '');
  const safe = cutBytes(stem.normalize('NFC').replace(UNSAFE, '-'), MAX_BYTES).replace(/^[\s.-]+|[\s.-]+$/g, '');
  return [of.created_at.slice(0, 10), safe, of.resource_id.replaceAll('-', '').slice(-12)].filter(Boolean).join('_');
}

function cutBytes(text: string, max: number): string {
  let bytes = 0;
  let kept = '';
  for (const char of text) {
    bytes += Buffer.byteLength(char);
    if (bytes > max) break;
    kept += char;
  }
  return kept;
}
