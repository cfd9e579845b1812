/** Names of files as clients say them, made fit to be shown. They are never used as a path. */

import { withoutHidden } from '../../contract/hidden.ts';

/** As many as `Filename` in contract/resource.ts takes. */
const MAX_CHARS = 255;
/** For a name of which nothing is left. */
const NAMELESS = 'picture';

/** The last part of a path, without what is not seen, whole Unicode, of at most 255 characters with its ending. */
export function fileName(raw: string | undefined): string {
  const last = (raw ?? '').split(/[/\\]/).at(-1) ?? '';
  const shown = withoutHidden(last.toWellFormed()).normalize('NFC').trim();
  if (shown === '' || shown === '.' || shown === '..') return NAMELESS;
  return shown.length <= MAX_CHARS ? shown : shortened(shown);
}

function shortened(name: string): string {
  const ending = /\.[^.]{1,10}$/.exec(name)?.[0] ?? '';
  return (
    name
      .slice(0, MAX_CHARS - ending.length)
      .toWellFormed()
      .replace(/\uFFFD$/, '') + ending
  ); // a pair may have been cut in two
}
