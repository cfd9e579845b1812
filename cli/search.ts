/** `tuodi search <query>`: what is found, with the words that matched. */
import type { SearchAnswer, SearchHit, SearchMode } from '../contract/search.ts';
import { type Tier, tierHeading } from '../contract/tiers.ts';
import { printableLine } from '../text/printable.ts';
import type { Client } from './client.ts';
import type { Output } from './output.ts';

export type SearchOptions = { limit?: number; mode?: SearchMode; match?: Tier };

export async function search(
  client: Client,
  query: string,
  { limit = 10, mode = 'hybrid', match }: SearchOptions,
): Promise<SearchAnswer> {
  return (await client.api.search({ query: { q: query, mode, limit, ...(match ? { match } : {}) } })).body;
}

/** A heading stands above each tier but what is exact, and says what is missing where nothing is. */
export function printHits({ items, terms, working }: SearchAnswer, query: string, out: Output): void {
  for (const [hit, heading] of headed(items, out)) {
    if (heading !== null) out.print(heading);
    out.result(hitOf(hit), () => textOf(hit));
  }
  if (items.length === 0) printNothing({ terms, working }, query, out);
}

/** Each hit, with the heading of its tier where it is the first of one that is not exact. */
export function headed(
  items: readonly SearchHit[],
  { words }: Pick<Output, 'words'>,
): [hit: SearchHit, heading: string | null][] {
  return items.map((hit, at) => {
    const is_first = hit.match !== (items[at - 1]?.match ?? 'exact');
    return [hit, is_first ? printableLine(words(tierHeading(hit.match, at === 0))) : null];
  });
}

function printNothing({ terms, working }: Pick<SearchAnswer, 'terms' | 'working'>, query: string, out: Output): void {
  const found = terms.filter(({ count }) => count > 0).map(({ term, count }) => printableLine(`    ${term}  ${count}`));
  out.print(
    out.words({
      en: `Nothing is found for ${printableLine(query) || 'an empty query'}.`,
      zh: `没有找到与“${printableLine(query)}”相符的图片。`,
    }),
  );
  if (found.length > 0)
    out.print([out.words({ en: 'Pictures that have one of the words:', zh: '含有其中一个词的图片数：' }), ...found].join('\n'));
  if (working > 0)
    out.print(out.words({ en: `${working} are still being worked on.`, zh: `另有 ${working} 张图片仍在处理中。` }));
}

/** What is printed of a hit. */
export const hitOf = ({ resource, match, score, highlights, boxes }: SearchHit) => ({
  resource_id: resource.resource_id,
  title: resource.metadata.title,
  filename: resource.filename,
  match,
  score,
  highlights,
  boxes,
});
const textOf = (hit: SearchHit): string => {
  const { title, filename, resource_id, highlights } = hitOf(hit);
  const passages = highlights.slice(0, 3).map(({ field, parts }) => printableLine(`    ${field}: ${marked(parts)}`));
  return [printableLine(`${title ?? filename}  (${filename}, ${resource_id})`), ...passages].join('\n');
};
/** A passage on one line, what matched in brackets. */
export const marked = (parts: { text: string; match: boolean }[]): string =>
  parts
    .map(({ text, match }) => (match ? `[${text}]` : text))
    .join('')
    .replace(/\s+/g, ' ')
    .trim();

/** `tuodi text <resource_id>` */
export async function text(client: Client, resource_id: string, out: Output): Promise<void> {
  const read = await plainText(client, resource_id);
  out.result({ resource_id, text: read }, () => read);
}

/** The text of all pages. */
export async function plainText({ api }: Client, resource_id: string): Promise<string> {
  const { body } = await api.get_text({ params: { resource_id }, query: { format: 'txt' } });
  return body instanceof Response ? body.text() : '';
}
