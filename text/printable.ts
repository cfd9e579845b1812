/**
 * Text from outside as a terminal may have it. A terminal obeys control characters: they move the cursor, change its title, answer
 * questions and fill clipboards; characters of direction show a line in another order than it has. Each is shown by another character
 * in its place, so that it is seen and does nothing.
 */

/** C0 but for tab and line end, DEL, C1 (U+009B begins a command as ESC [ does), separators that some break lines at, directions. */
const TERMINAL_CONTROLS = /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;
/** JSON.stringify escapes C0 itself, but not these. */
const OBEYED_IN_JSON = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
/** Unicode's pictures of the control characters: ␛ for ESC. */
const PICTURES = 0x2400;
const PICTURE_OF_DEL = '\u2421';
const NO_PICTURE = '\ufffd';

/** Lines and tabs stay: for text that has lines, such as what was read on a page. */
export const printable = (text: string): string => text.replace(/\r\n/g, '\n').replace(TERMINAL_CONTROLS, pictureOf);

/** On one line: for a name, a title or a message, which must not look like lines of ours. */
export const printableLine = (text: string): string => printable(text).replace(/[\n\t]/g, ' ');

/** One line of JSON that means the same and is printable. */
export const printableJson = (value: unknown): string => escapedJson(JSON.stringify(value));

/** Escapes what is JSON already, a line of a log for instance. */
export const escapedJson = (json: string): string =>
  json.replace(OBEYED_IN_JSON, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

function pictureOf(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(PICTURES + code);
  return code === 0x7f ? PICTURE_OF_DEL : NO_PICTURE;
}
