/** How far a picture has come: five strokes under it, and a word. Ready pictures have none: quiet is good news. */
import { statusRow, type Text } from '../../contract/statuses.ts';
import type { Picture } from '../stores/pictures.ts';
import { span } from '../words/format.ts';
import { pictureWords } from '../words/pictures.ts';
import { wordsNow } from '../words/words.ts';

/** received, described, read, vector, findable. done: it is so; now: under way; wait: a person; fail: stopped here. */
export type Stroke = 'done' | 'now' | 'wait' | 'fail' | 'none';
export const STOPS = ['received', 'described', 'read', 'vector', 'findable'] as const;

/** The stop at which each step of the service works. */
const STOP_OF_STEP: Record<string, number> = { inspect: 0, ocr: 2, save: 2, embed: 3, index: 4 };
/** How many stops are done, and what the next one is. */
const REACHED: Record<string, [done: number, next: Stroke]> = {
  READY_FOR_OCR: [2, 'none'],
  INIT: [2, 'now'],
  OCR_DONE: [2, 'now'],
  METADATA_SAVED: [3, 'none'],
  VECTOR_PENDING: [3, 'now'],
  VECTOR_DONE: [4, 'now'],
  INDEXED: [5, 'none'],
};

export function strokesOf(picture: Pick<Picture, 'status' | 'phase' | 'failure' | 'metadata_missing' | 'viewable'>): Stroke[] {
  const { status, phase, failure, metadata_missing } = picture;
  const described: Stroke = metadata_missing.length === 0 ? 'done' : 'none';
  if (status === 'AWAITING_UPLOAD') return ['now', described, 'none', 'none', 'none'];
  if (phase === 'needs_person') return ['done', 'wait', 'none', 'none', 'none'];
  const [done, next] =
    phase === 'failed' ? [STOP_OF_STEP[failure?.step ?? ''] ?? 0, 'fail' as const] : (REACHED[status] ?? [5, 'none']);
  return STOPS.map((_, n) => (n < done ? 'done' : n === done ? next : 'none'));
}

/** cls: of the colour that goes with it. more: what a second look wants to know; may be empty. */
export type Said = { text: string; cls: 'work' | 'wait' | 'fail' | ''; more: string };
/** null: nothing has to be said. */
export function sayOf(picture: Picture, now: number, language: keyof Text): Said | null {
  const words = wordsNow(pictureWords);
  const { phase, status, failure, searchable, deadline_at, metadata_missing } = picture;
  const left = deadline_at === null ? '' : words.left(span(Date.parse(deadline_at) - now, language));
  if (phase === 'needs_person') return { text: words.needs(metadata_missing), cls: 'wait', more: left };
  if (phase === 'failed') {
    const text = status === 'REJECTED' ? words.not_taken : words.could_not(failure?.step ?? '');
    return { text, cls: 'fail', more: searchable ? words.by_its_text : (failure?.meaning ?? '') };
  }
  if (phase === 'uploading') return { text: words.uploading, cls: 'wait', more: left };
  if (phase === 'gone') return { text: statusRow(status).label[language], cls: '', more: left };
  if (phase !== 'working') return null;
  const more = searchable ? words.by_its_text : span(Math.max(1_000, now - Date.parse(picture.updated_at)), language);
  return { text: statusRow(status).label[language], cls: 'work', more };
}
