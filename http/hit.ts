/** Search hits as the contract shows them: why each was found, and where on the picture. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { SearchHit } from '../contract/search.ts';
import type { ResourceRow, Text } from '../runtime/ports-facts.ts';
import { BOXES, highlights, matchBoxes, pagesFound } from '../text/highlight.ts';
import type { ParsedQuery } from '../text/query.ts';
import type { KeyCall } from './deps.ts';
import { presentResource } from './present.ts';
import type { Found } from './search-page.ts';

/** From the text that each picture is found by, as saved, and the words' places, as recognised. Others are served in between. */
export async function presentHits(call: KeyCall, found: Found[], query: ParsedQuery): Promise<SearchHit[]> {
  const saved = await textsOf(call, found, query);
  const hits: SearchHit[] = [];
  for (let from = 0; from < found.length; from += HITS_AT_ONCE) {
    const these = found.slice(from, from + HITS_AT_ONCE);
    const boxes = await boxesOf(call, these, { saved, query });
    for (const { row, score } of these) {
      const text = saved.get(row.text_id ?? '');
      const resource = presentResource(row, call);
      hits.push({
        resource,
        score,
        highlights: text ? highlights(text.saved, query) : [],
        boxes: boxes.get(row.resource_id) ?? [],
      });
      await turnOfTheLoop();
    }
  }
  return hits;
}
/** Whose recognitions are read together: a few megabytes of words. */
const HITS_AT_ONCE = 10;

type Saved = Map<string, Text>;
async function textsOf({ caller, deps }: KeyCall, found: Found[], query: ParsedQuery): Promise<Saved> {
  if (query.all.length === 0 && query.tags.length === 0) return new Map(); // nothing can match
  const ids = found.flatMap(({ row }) => row.text_id ?? []);
  const texts = await deps.facts.texts.texts(caller.scope, [...new Set(ids)], deps.limits.search_text_chars);
  return new Map(texts.map((text) => [text.text_id, text]));
}

/** Of the pages that hold a match: the words of others are not even read. */
async function boxesOf(
  { caller, deps }: KeyCall,
  found: Found[],
  { saved, query }: { saved: Saved; query: ParsedQuery },
): Promise<Map<string, SearchHit['boxes']>> {
  const wanted = found.flatMap(({ row }) => placesOf(row, saved.get(row.text_id ?? ''), query));
  const read =
    wanted.length === 0 ? [] : await deps.facts.texts.recognisedPages(caller.scope, wanted, deps.limits.search_recognition_chars);
  const pages = new Map(read.map(({ recognition_id, pages: of }) => [recognition_id, of]));
  const boxes = new Map<string, SearchHit['boxes']>();
  for (const { resource_id, recognition_id } of wanted) {
    const all = (pages.get(recognition_id) ?? []).flatMap(({ page, words }) => matchBoxes(page, words, query));
    boxes.set(resource_id, all.slice(0, BOXES));
    await turnOfTheLoop();
  }
  return boxes;
}

function placesOf({ resource_id, recognition_id }: ResourceRow, text: Text | undefined, query: ParsedQuery) {
  if (!text || recognition_id === null) return [];
  const places = pagesFound(text.saved, query);
  return places.length === 0 ? [] : [{ resource_id, recognition_id, places }];
}
