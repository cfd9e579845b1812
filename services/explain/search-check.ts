/** A real search for a picture's own rarest word, as anybody of its organisation would make it: is the picture among what is found? */

import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { IndexPage, IndexPosition, IndexQuery } from '../../runtime/ports/search-index.ts';
import type { SavedText } from '../../runtime/ports/texts.ts';
import { parseQuery } from '../../text/query.ts';
import { units } from '../../text/units.ts';
import type { CheckResult, ExplainParts, Snapshot } from './snapshot.ts';

/** Words whose number of hits is asked: one of the longest of a text is rare. */
const WORDS = 5;
/** Characters of a text that words are taken from. */
const LOOKED_THROUGH = 50_000;
/** Longer ones are noise of recognition. */
const WORD_CHARS = 40;
/** Han characters that are looked for as one word. */
const HAN_WORD = 4;
/** Hits a search, and searches: a library with more of the same words is not gone through to its end. */
const HITS = 200;
const PAGES = 5;

/** The index ranks, the row decides: as search does. */
export async function ownWordSearch(parts: ExplainParts, { row, promised }: Snapshot): Promise<CheckResult> {
  const saved = await textInIndex(parts, row);
  const { word, pages } = await rarest(parts, row, ownWords(saved));
  const place = word === null ? { en: 'among the newest', zh: '最新列表' } : { en: `for “${word}”`, zh: `搜索“${word}”` };
  let seen = 0;
  for await (const { hits, total } of pages) {
    seen += hits.length;
    const hit = hits.some(({ resource_id }) => resource_id === row.resource_id) && row.searchable;
    if (hit || seen >= total || hits.length === 0) return answer(hit);
  }
  return {
    expected: wanted(promised.searchable),
    found: {
      en: `${place.en}: more than ${seen} pictures have this, and are not gone through`,
      zh: `${place.zh}：同样的图片超过 ${seen} 张，未逐一查看`,
    },
    ok: true,
  };

  function answer(hit: boolean): CheckResult {
    const [en, zh] = hit ? ['found', '搜到'] : ['not found', '未搜到'];
    return {
      expected: wanted(promised.searchable),
      found: { en: `${en} ${place.en}, with ${seen} hit(s)`, zh: `${place.zh}：${zh}，共 ${seen} 条` },
      ok: hit === promised.searchable,
    };
  }
}
const wanted = (searchable: boolean) => (searchable ? { en: 'found', zh: '应能搜到' } : { en: 'not found', zh: '不应搜到' });

/** What the index was given: that of the revision which it holds. Where that is gone, a person's words and the file name remain. */
async function textInIndex({ facts }: ExplainParts, row: ResourceRow): Promise<Pick<SavedText, 'title' | 'filename' | 'pages'>> {
  const { resource_id, org_id, revision, indexed_revision, metadata, filename } = row;
  const text = await facts.texts.textOf({ org_id }, resource_id, indexed_revision ?? revision);
  return text ? text.saved : { title: metadata.title, filename, pages: [] };
}

/** Distinct, the longest first: a long word or number is rare, and so are four Han characters. */
export function ownWords({ title, filename, pages }: Pick<SavedText, 'title' | 'filename' | 'pages'>): string[] {
  const text = [...pages.map((page) => page.text), title ?? '', filename].join('\n\n').slice(0, LOOKED_THROUGH);
  const weights = new Map<string, number>();
  let han = '';
  const add = (word: string, weight: number) => {
    if (word.length <= WORD_CHARS) weights.set(word, weight);
  };
  const addHan = () => {
    if (han !== '') add(han, [...han].length * 2);
    han = '';
  };
  for (const { kind, text: unit, joined } of units(text)) {
    if (kind !== 'han' || !joined || [...han].length === HAN_WORD) addHan();
    if (kind === 'han') han += unit;
    else add(unit, unit.length);
  }
  addHan();
  const words = [...weights].sort(([, one], [, other]) => other - one);
  return words.slice(0, WORDS).map(([word]) => word);
}

/** The word with the fewest hits, as the index counts them; of a picture without any, the newest. */
async function rarest({ index }: ExplainParts, { org_id }: ResourceRow, words: string[]) {
  const search = (word: string | null, page: Page): Promise<IndexPage> => index.search({ org_id }, asked(word, page));
  const counted = await Promise.all(words.map(async (word) => ({ word, ...(await search(word, { after: null, limit: 1 })) })));
  const [first] = counted.sort((one, other) => one.total - other.total);
  const word = first?.word ?? null;
  async function* pages() {
    let after: IndexPosition | null = null;
    for (let page = 0; page < PAGES; page++) {
      const found = await search(word, { after, limit: HITS });
      yield found;
      const last = found.hits.at(-1);
      if (last) after = { created_at: last.created_at, resource_id: last.resource_id };
    }
  }
  return { word, pages: pages() };
}

type Page = Pick<IndexQuery, 'after' | 'limit'>;
/** By newest, since that order is the same from page to page. */
const asked = (word: string | null, page: Page): IndexQuery => ({
  query: parseQuery(word === null ? '' : `"${word}"`),
  mode: 'text',
  vector: null,
  sort: 'newest',
  except: [],
  facets: [],
  ...page,
});
