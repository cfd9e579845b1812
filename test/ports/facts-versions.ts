/** Instances of several versions in one database: what each program sees to, and what a look at all of them answers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { change, commit, job, type World } from './facts-rows.ts';

const ids = (rows: { instance_id: string }[]) => rows.map(({ instance_id }) => instance_id).sort();

export function versionTests(world: World): void {
  describe('instances of several versions', () => {
    const jobs = { ocr: job('t') };
    const of = { machine: 'resource', versions: ['1', '2'] };
    const begin = async () => {
      const facts = world.facts();
      const made = ['1', '2', '3'].map((version) => change(`v${version}`, { next_due_at: 10, instance: { version, jobs } }));
      await commit(facts, ...made, change('other', { next_due_at: 10, instance: { machine: 'delivery', version: '1', jobs } }));
      return facts;
    };

    it('that are due are handed out by version; when the others are due is left as it is', async () => {
      const { instances } = await begin();
      assert.deepEqual(ids(await instances.claimDue({ now: 10, until: 99, limit: 9, of })), ['v1', 'v2']);
      assert.deepEqual(await Promise.all(['v1', 'v3', 'other'].map(instances.nextDueAt)), [99, 10, 10]);
    });

    it('are counted by version and state, with one of each', async () => {
      const facts = await begin();
      const value = { pipeline: { indexing: 'INDEXED' }, search: 'absent' };
      await commit(
        facts,
        change('v1', { expected_seq: 1, instance: { version: '1', snapshot: { value, context: {}, status: 'active' } } }),
      );
      await commit(facts, change('w1', { instance: { version: '1', snapshot: { value, context: {}, status: 'active' } } }));
      const versions = await facts.instances.versions();
      assert.deepEqual(
        versions.map(({ machine, version }) => `${machine} ${version}`),
        ['delivery 1', 'resource 1', 'resource 2', 'resource 3'],
      );
      const states = await facts.instances.states();
      const first = states.find(({ machine, version }) => machine === 'resource' && version === '1');
      assert.deepEqual([first && JSON.parse(first.state), first?.count, first?.instance_id], [value, 2, 'v1']);
      assert.equal(states.length, 4);
      assert.deepEqual(new Set(states.map(({ late }) => late)), new Set([0]));
      const due = await facts.instances.states({ late_before: 11 });
      assert.equal(due.find(({ machine, version }) => machine === 'resource' && version === '3')?.late, 1);
      assert.equal((await facts.instances.states({ late_before: 10 })).find(({ version }) => version === '3')?.late, 0);
    });
  });
}
