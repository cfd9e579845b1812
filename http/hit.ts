/** A search hit as the contract shows it: why it was found, and where on the picture. */
import type { SearchHit } from '../contract/search.ts';
import type { ResourceRow } from '../runtime/ports-facts.ts';
import { BOXES, highlights, matchBoxes } from '../text/highlight.ts';
import type { ParsedQuery } from '../text/query.ts';
import type { KeyCall } from './deps.ts';
import { presentResource } from './present.ts';

/** From the text that the picture is found by, as saved, and the words' places, as recognised. */
export async function presentHit(
  call: KeyCall,
  { row, score }: { row: ResourceRow; score: number },
  query: ParsedQuery,
): Promise<SearchHit> {
  const { caller, deps } = call;
  const { texts } = deps.facts;
  const asked = query.all.length > 0 || query.tags.length > 0; // else nothing can match
  const text = asked && row.text_id !== null ? await texts.text(caller.scope, row.text_id) : null;
  const recognition =
    query.all.length > 0 && row.recognition_id !== null ? await texts.recognition(caller.scope, row.recognition_id) : null;
  const boxes = (recognition?.pages ?? []).flatMap(({ page, words }) => matchBoxes(page, words, query));
  return {
    resource: presentResource(row, call),
    score,
    highlights: text ? highlights(text.saved, query) : [],
    boxes: boxes.slice(0, BOXES),
  };
}
