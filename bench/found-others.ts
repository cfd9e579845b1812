/** Other systems over the same collection, as they come: SQLite FTS5 with trigrams, Elasticsearch's `standard` analyser, PostgreSQL pg_trgm. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openDatabase } from '../persistence/sqlite/database.ts';
import type { Made } from '../test/search/collection.ts';
import type { Lists } from '../test/search/measures.ts';
import type { Asked } from '../test/search/queries.ts';
import { clientOf } from '../test/servers/search-world.ts';

/** Hits a list: more than is looked at, since some are left out. */
const LISTED = 50;
const textOf = ({ title, tag, filename, text }: Made): string => [title, tag, filename, text].join('\n');
const unquoted = (typed: string): string => typed.replaceAll('"', ' ').trim();
const listOf = (ids: readonly string[], { beside }: Asked): Lists[number] =>
  ids
    .filter((id) => !beside.has(id))
    .map((resource_id) => ({ resource_id, revision: 1, created_at: 0, score: 0, match: 'exact', marks: null }));

/** All trigrams of what was typed, as its `MATCH` has them; what is shorter than three characters finds nothing. */
export function trigrams(documents: readonly Made[], asked: readonly Asked[]): Lists {
  const db = openDatabase(':memory:');
  db.exec("CREATE VIRTUAL TABLE texts USING fts5(id UNINDEXED, text, tokenize = 'trigram')");
  const add = db.prepare('INSERT INTO texts (id, text) VALUES (?, ?)');
  for (const one of documents) add.run(one.id, textOf(one));
  const find = db.prepare(`SELECT id FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ${LISTED}`);
  const lists = asked.map((one) => {
    const words = unquoted(one.typed).split(/\s+/).filter(Boolean);
    const rows = words.length === 0 ? [] : find.all(words.map((word) => `"${word}"`).join(' AND '));
    return listOf(
      rows.map(({ id }) => String(id)),
      one,
    );
  });
  db.close();
  return lists;
}

/** Any of the words, and a phrase of them counts more: what a first attempt with Elasticsearch looks like. */
export async function standard(url: string, documents: readonly Made[], asked: readonly Asked[]): Promise<Lists> {
  const client = clientOf(url);
  const index = `tuodi-bench-standard-${process.pid}`;
  try {
    await client.indices.create({ index, mappings: { properties: { text: { type: 'text', analyzer: 'standard' } } } });
    const operations = documents.flatMap((one) => [{ index: { _id: one.id } }, { text: textOf(one) }]);
    await client.bulk({ index, operations, refresh: true });
    const lists: Lists = [];
    for (const one of asked) {
      const [query, must] = [unquoted(one.typed), { match: { text: unquoted(one.typed) } }];
      const { hits } = await client.search({
        index,
        size: LISTED,
        query: { bool: { must, should: { match_phrase: { text: { query, boost: 5 } } } } },
      });
      lists.push(
        listOf(
          hits.hits.map(({ _id }) => _id ?? ''),
          one,
        ),
      );
    }
    return lists;
  } finally {
    await client.indices.delete({ index, ignore_unavailable: true });
    await client.close();
  }
}

/** By `word_similarity`, at the threshold that it comes with. Null where no PostgreSQL with pg_trgm can be reached by `psql`. */
export async function pgTrgm(documents: readonly Made[], asked: readonly Asked[]): Promise<Lists | null> {
  try {
    execFileSync('psql', ['-XAtqc', 'BEGIN; CREATE EXTENSION IF NOT EXISTS pg_trgm; ROLLBACK'], { stdio: 'pipe' });
  } catch (error) {
    console.log(`\npg_trgm is left out: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    return null;
  }
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const script = [
    'BEGIN; CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE TEMP TABLE texts (id text, body text);',
    ...documents.map((one) => `INSERT INTO texts VALUES (${quoted(one.id)}, ${quoted(textOf(one))});`),
    ...asked.map(({ typed }, n) => {
      const query = quoted(unquoted(typed));
      return `SELECT ${n}, id FROM texts WHERE ${query} <% body ORDER BY word_similarity(${query}, body) DESC LIMIT ${LISTED};`;
    }),
    'ROLLBACK;',
  ].join('\n');
  const run = spawn('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  run.stdout.setEncoding('utf8').on('data', (part: string) => {
    out += part;
  });
  run.stdin.end(script);
  const [code] = await once(run, 'close');
  if (code !== 0) throw new Error(`psql ended with ${code}`);
  const found = asked.map((): string[] => []);
  for (const line of out.split('\n')) {
    const [n = '', id] = line.split('|');
    if (id !== undefined) found[Number(n)]?.push(id);
  }
  return asked.map((one, n) => listOf(found[n] ?? [], one));
}
