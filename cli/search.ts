/** `tuodi search <query>`: what is found, with the words that matched. */
import type { SearchAnswer, SearchHit, SearchMode } from '../contract/search.ts';
import { printableLine } from '../text/printable.ts';
import type { Client } from './client.ts';
import type { Output } from './output.ts';

export type SearchOptions = { limit?: number; mode?: SearchMode };

export async function search(
  client: Client,
  query: string,
  { limit = 10, mode = 'hybrid' }: SearchOptions,
): Promise<SearchAnswer> {
  return (await client.api.search({ query: { q: query, mode, limit } })).body;
}

export function printHits({ items, total }: SearchAnswer, query: string, out: Output): void {
  for (const hit of items) out.result(hitOf(hit), () => textOf(hit));
  if (total === 0)
    out.print(
      out.words({
        en: `Nothing is found for ${printableLine(query) || 'an empty query'}.`,
        zh: `没有找到与“${printableLine(query)}”相符的图片。`,
      }),
    );
}

/** What is printed of a hit. */
export const hitOf = ({ resource, score, highlights, boxes }: SearchHit) => ({
  resource_id: resource.resource_id,
  title: resource.metadata.title,
  filename: resource.filename,
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
