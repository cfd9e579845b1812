/** A machine of three states, hosted in a table of its own: what outgoing webhooks and runs of operations will be. */
import type { Knex } from 'knex';
import { fromPromise, setup } from 'xstate';
import { durable, type Instance } from '../../machines/interpreter.ts';
import type { DueWant } from '../../runtime/instances/due.ts';
import type { InstanceStore } from '../../runtime/instances/store.ts';
import { nextCheckAt } from '../../runtime/instances/timers.ts';
import { UnreadableError } from '../../runtime/ports/instances.ts';

const actors = { post: fromPromise<null, object>(() => Promise.reject(new Error('no actor runs'))) };
const machine = setup({ actors, delays: { deadline: 60_000 } }).createMachine({
  ...{ id: 'delivery', version: '2', initial: 'sending' },
  states: {
    sending: { invoke: { src: 'post', id: 'post', input: {}, onDone: 'delivered' }, after: { deadline: 'failed' } },
    delivered: { type: 'final' },
    failed: { tags: ['rest'], on: { RETRY: 'sending' } },
  },
});
export const deliveries = durable(machine, { '1': { to: '2', upgrade: (stored) => stored } });
export type Delivery = { url: string; instance: Instance };
type Table = InstanceStore<Delivery, string | null> & { claimDue(want: DueWant): Promise<string[]> };

export async function deliveryTable(db: Knex, now: () => number): Promise<Table> {
  await db.schema.createTable('deliveries', (table) => {
    table.string('id').primary();
    table.string('url').notNullable();
    for (const column of ['seq', 'next_due_at']) table.bigInteger(column).index();
    table.text('body').notNullable();
  });
  return {
    async load(id) {
      const row = await db('deliveries').where({ id }).first();
      try {
        return row ? { url: row.url, instance: JSON.parse(row.body) } : null;
      } catch (error) {
        throw new UnreadableError('deliveries', id, error);
      }
    },
    async commit({ id, before, step: { instance }, detail }) {
      const url = before?.url ?? detail ?? '';
      const row = {
        id,
        url,
        seq: instance.seq,
        next_due_at: nextCheckAt(instance, now(), 1_000),
        body: JSON.stringify(instance),
      };
      const rows = before
        ? db('deliveries').where({ id, seq: before.instance.seq }).update(row)
        : db('deliveries').insert(row).onConflict('id').ignore();
      return (await rows.returning('id')).length === 1 ? { url, instance } : null;
    },
    async claimDue({ now, until, limit }) {
      const due = db('deliveries').where('next_due_at', '<=', now).limit(limit).select('id');
      const rows = await db('deliveries').whereIn('id', due).update({ next_due_at: until }).returning('id');
      return rows.map(({ id }) => id);
    },
  };
}
