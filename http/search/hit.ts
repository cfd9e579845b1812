/** Search hits as the contract shows them: why each was found, and where on the picture. */
import type { SearchHit } from '../../contract/search.ts';
import { timeSlices } from '../../runtime/async/time-slice.ts';
import type { Text } from '../../runtime/ports/texts.ts';
import { BOXES, highlights, matchBoxes, pageMatches, pagesToBox, spanBoxes } from '../../text/highlight.ts';
import type { Span } from '../../text/matches.ts';
import type { ParsedQuery } from '../../text/query.ts';
import type { KeyRequest } from '../context.ts';
import { presentResource } from '../response/present.ts';
import type { Found } from './wanted.ts';

/** rank: of the first of them; null: they are by newest. From the text that each picture is found by, as saved, and the words' places, as recognised. Others are served in between. */
export async function presentHits(
  call: KeyRequest,
  { found, query, rank }: { found: Found[]; query: ParsedQuery; rank: number | null },
): Promise<SearchHit[]> {
  const texts = await textsOf(call, found, query);
  const hits: SearchHit[] = [];
  const rest = timeSlices(call.deps.clock, call.deps.limits.slice_ms);
  for (let from = 0; from < found.length; from += HITS_AT_ONCE) {
    const these: Why[] = [];
    for (const one of found.slice(from, from + HITS_AT_ONCE)) {
      these.push(whyFound(one, texts.get(one.row.text_id ?? ''), query));
      await rest();
    }
    const boxes = await boxesOf(call, { hits: these, rest });
    for (const { row, match, highlights: passages } of these) {
      const score = rank === null ? 0 : 1 / (rank + hits.length);
      const boxed = boxes.get(row.resource_id) ?? [];
      hits.push({ resource: presentResource(row, call), match, score, highlights: passages, boxes: boxed });
    }
  }
  return hits;
}
/** Whose words are read together: a few megabytes. */
const HITS_AT_ONCE = 10;

/** places: of the pages that match, with the spans of each. */
type Why = Found & Pick<SearchHit, 'highlights'> & { query: ParsedQuery; places: number[]; matched: Matched[] };
type Matched = { page: number; text: string; spans: Span[] };
function whyFound(found: Found, text: Text | undefined, typed: ParsedQuery): Why {
  const query = found.marks ? { ...typed, all: found.marks } : typed;
  if (!text) return { ...found, query, highlights: [], places: [], matched: [] };
  const in_pages = pageMatches(text.saved, query);
  const places = pagesToBox(in_pages);
  const matched = places.flatMap((place) => {
    const page = text.saved.pages[place];
    return page ? [{ ...page, spans: in_pages[place] ?? [] }] : [];
  });
  return { ...found, query, highlights: highlights(text.saved, query, in_pages), places, matched };
}

async function textsOf({ caller, deps }: KeyRequest, found: Found[], query: ParsedQuery): Promise<Map<string, Text>> {
  if (query.all.length === 0 && query.tags.length === 0) return new Map(); // nothing can match
  const ids = found.flatMap(({ row }) => row.text_id ?? []);
  const texts = await deps.facts.texts.texts(caller.scope, [...new Set(ids)], deps.limits.search_text_chars);
  return new Map(texts.map((text) => [text.text_id, text]));
}

/** Of the pages that match: the words of others are not even read. */
type Boxing = { hits: Why[]; rest: () => Promise<void> };
async function boxesOf({ caller, deps }: KeyRequest, { hits, rest }: Boxing): Promise<Map<string, SearchHit['boxes']>> {
  const wanted = hits.flatMap(({ row: { resource_id, recognition_id }, query, places, matched }) =>
    recognition_id === null || places.length === 0 ? [] : [{ resource_id, recognition_id, query, places, matched }],
  );
  if (wanted.length === 0) return new Map();
  const read = await deps.facts.texts.recognisedPages(caller.scope, wanted, deps.limits.search_recognition_chars);
  const pages = new Map(read.map(({ recognition_id, pages: of }) => [recognition_id, of]));
  const boxes = new Map<string, SearchHit['boxes']>();
  for (const { resource_id, recognition_id, query, matched } of wanted) {
    const all = (pages.get(recognition_id) ?? []).flatMap(({ page, words }) => {
      const known = matched.find((one) => one.page === page);
      return (known && spanBoxes(page, words, known)) ?? matchBoxes(page, words, query);
    });
    boxes.set(resource_id, all.slice(0, BOXES));
    await rest();
  }
  return boxes;
}
