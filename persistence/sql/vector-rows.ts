/** Pictures without vectors of a model: pages of resources by their key, so that a page costs the same everywhere. */
import type { VectorRows } from '../../runtime/ports/vectors.ts';
import { FLOAT_BYTES } from '../../runtime/vector-bytes.ts';
import type { Database } from './database.ts';
import { number, rowOf, text } from './row.ts';

export const vectorRowsOf = ({ read }: Pick<Database, 'read'>): VectorRows => ({
  async lacking(scope, { model, dimension }, { after, look }) {
    const page = read('resources').where({ status: 'INDEXED' });
    if (scope) page.where({ org_id: scope.org_id });
    if (after !== null) page.where('resource_id', '>', after);
    const found: unknown[] = await page
      .orderBy('resource_id')
      .limit(look)
      .select('resource_id', 'org_id', 'seq', 'text_id', 'has_vector');
    const rows = found.map(rowOf);
    const text_ids = rows.flatMap((row) => (row.text_id === null ? [] : [text(row, 'text_id')]));
    const made: unknown[] = await read('embeddings')
      .whereIn('text_id', text_ids)
      .where({ model })
      .whereRaw('length(vector) = passages * ?', [dimension * FLOAT_BYTES])
      .pluck('text_id');
    const has = new Set(made.map(String));
    const lacking = rows
      .filter(({ text_id, has_vector }) => !has_vector || !has.has(String(text_id)))
      .map((row) => ({ resource_id: text(row, 'resource_id'), org_id: text(row, 'org_id'), seq: number(row, 'seq') }));
    const last = rows.length < look ? undefined : rows.at(-1);
    return { lacking, next: last ? text(last, 'resource_id') : null };
  },
});
