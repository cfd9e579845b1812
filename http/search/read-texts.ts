/** The saved texts of hits as they are ranked, of those that may be shown. */
import { LRUCache } from 'lru-cache';
import type { ReadTexts } from '../../runtime/search/lower-tiers.ts';
import { type Readable, readable } from '../../text/rank.ts';
import type { KeyRequest } from '../context.ts';
import type { TextIds } from './confirm.ts';

/** Characters of tokens that are kept, all together: pages of one search are read again and again. */
const KEPT_CHARS = 4_000_000;
/** Read at once: others are served in between. */
const AT_ONCE = 40;

/** By text_id: a text never changes, an edit makes another. */
const kept = new LRUCache<string, Readable>({
  maxSize: KEPT_CHARS,
  sizeCalculation: (fields) => fields.reduce((sum, { grams, plain }) => sum + grams.length + plain.length, 1),
});

/** textIds: of those that may be shown. rest: called after each text that is made ready, so that others are served. */
export function textsReader({ caller, deps }: KeyRequest, textIds: TextIds, rest: () => Promise<void>): ReadTexts {
  return async (hits) => {
    const texts = new Map<string, Readable>();
    for (let from = 0; from < hits.length; from += AT_ONCE) {
      const ids = await textIds(hits.slice(from, from + AT_ONCE));
      const ready = new Map<string, Readable>();
      for (const text_id of ids.values()) {
        const known = kept.get(text_id);
        if (known) ready.set(text_id, known);
      }
      const unread = [...new Set(ids.values())].filter((text_id) => !ready.has(text_id));
      const read = unread.length === 0 ? [] : await deps.facts.texts.texts(caller.scope, unread, deps.limits.search_text_chars);
      for (const { text_id, saved } of read) {
        const made = readable(saved);
        kept.set(text_id, made);
        ready.set(text_id, made);
        await rest();
      }
      for (const [resource_id, text_id] of ids) {
        const found = ready.get(text_id);
        if (found) texts.set(resource_id, found);
      }
    }
    return texts;
  };
}
