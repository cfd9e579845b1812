/** What the name of a file suggests for what is missing. */

/** Names that devices give say nothing of the picture. */
const BY_DEVICE = /^(img|dsc[nf]?|pxl|scan|image|photo|picture|screenshot|pasted|wp|dji|mvimg|微信图片|屏幕截图)?[\s\d()-]*$/i;
const DATE = /(?<!\d)(19\d\d|20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)/;

/** `2026-11_harbour-notice.jpg`: `2026 11 harbour notice`. null: nothing that a person would say. */
export function titleOf(filename: string): string | null {
  const words = filename
    .replace(/\.[^.]{1,8}$/, '')
    .replace(/[_\-.+]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (words === '' || BY_DEVICE.test(words)) return null;
  return (words[0]?.toUpperCase() ?? '') + words.slice(1);
}

/** `IMG_20261104_1822.jpg`: `2026-11-04`. */
export function dateOf(filename: string): string | null {
  const [, year, month, date] = DATE.exec(filename) ?? [];
  if (!year) return null;
  const day = `${year}-${month}-${date}`;
  const at = Date.parse(day);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day) ? day : null;
}

export const suggestionFor = (field: string, filename: string): string | null =>
  field === 'title' ? titleOf(filename) : field === 'taken_at' ? dateOf(filename) : null;
