/** The entries that the index is promised to hold, each at its revision and with the content of the facts. */
import { resourceContext } from '../../machines/resource-view.ts';
import { contentHash } from '../../runtime/content-hash.ts';
import type { EntryContent } from '../../runtime/ports/search-index.ts';
import { type Found, found, type Sound, type VerifyParts } from './found.ts';

type Parts = Pick<VerifyParts, 'facts' | 'index' | 'lifecycle'>;
/** Characters of texts in memory at once. */
const MAX_CHARS = 16_000_000;

export async function compareEntries(parts: Parts, pictures: Sound[]): Promise<Found[]> {
  const promised = pictures.filter(({ row }) => row.searchable && row.indexed_revision !== null);
  const all: Found[] = [];
  for (const org_id of new Set(promised.map((one) => one.org_id))) {
    const own = promised.filter((one) => one.org_id === org_id);
    const ids = own.map(({ resource_id }) => resource_id);
    const entries = new Map((await parts.index.contents({ org_id }, ids)).map((entry) => [entry.resource_id, entry]));
    const held: { picture: Sound; entry: EntryContent }[] = [];
    for (const picture of own) {
      const entry = entries.get(picture.resource_id);
      const wrong = misplaced(picture, entry);
      if (wrong) all.push(wrong);
      else if (entry) held.push({ picture, entry });
    }
    all.push(...(await differing(parts, org_id, held)));
  }
  return all;
}

/** Between the promised revision and the picture's own, an entry is a late write of ours. */
function misplaced(picture: Sound, entry: EntryContent | undefined): Found | null {
  const { indexed_revision: promised, revision } = picture.row;
  if (promised === null) return null;
  const wrong = (finding: 'ENTRY_MISSING' | 'ENTRY_OLDER' | 'ENTRY_LATER', detail: string) =>
    found(finding, picture, detail, { heal: lost(promised) });
  if (!entry) return wrong('ENTRY_MISSING', `promised at ${promised}`);
  if (entry.deleted) return wrong('ENTRY_MISSING', `promised at ${promised}; removed at ${entry.revision}`);
  if (entry.revision < promised) return wrong('ENTRY_OLDER', `${entry.revision}, promised at ${promised}`);
  return entry.revision > revision ? wrong('ENTRY_LATER', `${entry.revision}, the picture is at ${revision}`) : null;
}
const lost = (revision: number) => ({ event: { type: 'INDEX_LOST' as const, revision } });

/** Only of what is at rest: the content of a revision is then that of the rows that its lifecycle names. */
async function differing(
  { facts, lifecycle }: Parts,
  org_id: string,
  held: { picture: Sound; entry: EntryContent }[],
): Promise<Found[]> {
  const settled = held.flatMap(({ picture, entry }) => {
    const { fact_ids } = resourceContext(lifecycle.kernel.upgraded(picture.instance));
    const { status, has_vector } = picture.row;
    if (status !== 'INDEXED' || fact_ids.saved === null) return [];
    return [{ picture, entry, has_vector, text_id: fact_ids.saved, embedding_id: has_vector ? fact_ids.embedded : null }];
  });
  const scope = { org_id };
  const text_ids = settled.map(({ text_id }) => text_id);
  const texts = new Map((await facts.texts.texts(scope, text_ids, MAX_CHARS)).map((text) => [text.text_id, text]));
  const embedding_ids = settled.flatMap(({ embedding_id }) => embedding_id ?? []);
  const embeddings = new Map((await facts.texts.embeddings(scope, embedding_ids)).map((one) => [one.embedding_id, one]));
  const all: Found[] = [];
  for (const { picture, entry, has_vector, text_id, embedding_id } of settled) {
    const text = texts.get(text_id);
    if (!text || picture.row.indexed_revision === null) continue; // reported as missing
    const embedding = embedding_id === null ? null : embeddings.get(embedding_id);
    if (has_vector && !embedding) continue;
    const content = contentHash({ saved: text.saved, vectors: embedding ?? null });
    const is_same = entry.has_vector === has_vector && (entry.content === null || entry.content === content);
    if (!is_same) all.push(found('ENTRY_DIFFERS', picture, `at ${entry.revision}`, { heal: lost(picture.row.indexed_revision) }));
  }
  return all;
}
