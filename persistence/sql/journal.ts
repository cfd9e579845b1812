/** The journal: what happened to an instance, one row a step. Written by commit.ts only. */
import type { Knex } from 'knex';
import type { Journal } from '../../runtime/ports-facts.ts';
import type { Row } from './dialect.ts';
import { journalOf } from './rows.ts';

export const journal = (reader: Knex): Journal => ({
  async list({ org_id }, resource_id, { after, limit }) {
    const query = reader('journal').where({ instance_id: resource_id, org_id }).orderBy('seq').limit(limit);
    const rows: Row[] = await (after === null ? query : query.where('seq', '>', after));
    return rows.map(journalOf);
  },
});
