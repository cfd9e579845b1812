/** Vectors of pictures spread over all that an organisation has taken in: a few hundred, however many there are. */
import type { Scope } from '../../runtime/ports/scope.ts';
import type { Embedding } from '../../runtime/ports/texts.ts';
import type { Database } from './database.ts';
import { readFact } from './fact-rows.ts';
import { number, readable, rowOf, text } from './row.ts';

/** So many times, from the first picture to the last, so many of each. */
const [TIMES, OF_EACH] = [16, 16];

export async function sampledEmbeddings({ read, unreadable }: Database, { org_id }: Scope, model: string): Promise<Embedding[]> {
  const found = () => read('resources').where({ org_id, searchable: true }).whereNotNull('text_id');
  /** Asked for by itself: SQLite reads all rows for both at once. */
  const end = async (direction: 'asc' | 'desc'): Promise<number | null> => {
    const row: unknown = await found().orderBy('created_at', direction).first('created_at');
    return row === undefined ? null : number(rowOf(row), 'created_at');
  };
  const [first, last] = [await end('asc'), await end('desc')];
  if (first === null || last === null) return [];
  const text_ids = new Set<string>();
  for (let n = 1; n <= TIMES; n += 1) {
    const until = Math.ceil(first + ((last - first) * n) / TIMES);
    const rows: unknown[] = await found()
      .where('created_at', '<=', until)
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'resource_id', order: 'desc' },
      ])
      .limit(OF_EACH)
      .select('text_id');
    for (const row of rows) text_ids.add(text(rowOf(row), 'text_id'));
  }
  const rows: unknown[] = await read('embeddings')
    .where({ org_id, model })
    .whereIn('text_id', [...text_ids])
    .orderBy('at');
  const made = readable(rows, { table: 'embeddings', key: 'embedding_id' }, (row) => readFact('embedded', row), unreadable);
  return [...new Map(made.map((one) => [one.text_id, one])).values()];
}
