/** Instances: loaded one at a time, claimed in batches. They are written by commit.ts only. */
import type { Knex } from 'knex';
import type { Instances } from '../../runtime/ports-facts.ts';
import type { Dialect } from './dialect.ts';
import { instanceOf } from './rows.ts';

export const instances = (reader: Knex, writer: Knex, dialect: Dialect): Instances => ({
  async load(instance_id) {
    const answer = await reader.raw('SELECT instance_id, org_id, body FROM instances WHERE instance_id = ?', [instance_id]);
    const [row] = dialect.rows(answer);
    return row ? instanceOf(row) : null;
  },
  async claimDue(want) {
    return (await dialect.claimDue(writer, want)).map(instanceOf);
  },
  async reschedule(instance_id, seq, next_due_at) {
    await writer('instances').where({ instance_id, seq }).update({ next_due_at });
  },
  async withJobs(after, limit) {
    const query = reader('instances').select('instance_id', 'org_id', 'body').where('has_jobs', true).orderBy('instance_id').limit(limit);
    return (await (after === null ? query : query.where('instance_id', '>', after))).map(instanceOf);
  },
});
