/** What every store of tasks promises. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json } from '../../contract/json.ts';
import type { TaskRecord, Tasks } from '../../runtime/ports/tasks.ts';
import { taskLifecycle } from '../../services/lifecycles.ts';

let minted = 0;
const given = { now: 0, newId: () => `token-${++minted}` };
const { kernel, input } = taskLifecycle();
/** The versions of the tasks that are claimed. */
export const { versions } = kernel.served;

export function record(task_id: string, change: Partial<TaskRecord> = {}): TaskRecord {
  const { instance } = kernel.start(input({ task_id, provider_job_id: null, answered: false }), given);
  const ids = {
    resource_id: `r-${task_id}`,
    org_id: 'o',
    user_id: 'u',
    job_id: 'ocr',
    kind: 'ocr' as const,
    input: { page: 1 },
  };
  return { task_id, ...ids, status: 'pending', instance, ring: 1, next_due_at: 100, created_at: 1, updated_at: 1, ...change };
}
/** The same task one step on. */
const later = (task: TaskRecord, change: Partial<TaskRecord> = {}): TaskRecord => ({
  ...task,
  ...change,
  instance: { ...(change.instance ?? task.instance), seq: task.instance.seq + 1 },
});
const withOutput = ({ snapshot, ...rest }: TaskRecord['instance'], output: Json): TaskRecord['instance'] => ({
  ...rest,
  snapshot: { ...snapshot, context: { ...snapshot.context, output } },
});

export function tasksSuite(name: string, open: () => Promise<Tasks>): void {
  describe(`tasks: ${name}`, () => {
    test('a task is made once, and read as it was made', async () => {
      const tasks = await open();
      assert.deepEqual(await Promise.all([tasks.create(record('a')), tasks.create(record('a'))]), [true, false]);
      assert.equal((await tasks.get('a'))?.resource_id, 'r-a');
      assert.equal(await tasks.get('b'), null);
      await tasks.close();
    });

    test('of two writers with the same seq one wins; the loser changes nothing, its timer neither', async () => {
      const tasks = await open();
      const first = record('a');
      await tasks.create(first);
      const { seq } = first.instance;
      const running = later(first, { status: 'running', next_due_at: 500 });
      assert.deepEqual(
        [await tasks.replace(running, seq), await tasks.replace(later(first, { status: 'dead', next_due_at: 1 }), seq)],
        [true, false],
      );
      assert.equal((await tasks.get('a'))?.status, 'running');
      assert.deepEqual(await tasks.claimDue({ now: 499, until: 900, limit: 10, versions }), []);
      assert.equal(await tasks.replace(record('gone'), 1), false);
      await tasks.close();
    });

    test('those due are handed out once until the claim is over, at most so many, and never without a timer', async () => {
      const tasks = await open();
      for (const id of ['a', 'b', 'c']) await tasks.create(record(id));
      await tasks.create(record('rests', { next_due_at: null }));
      const claim = async (now: number, limit = 10) =>
        (await tasks.claimDue({ now, until: now + 50, limit, versions })).map(({ task_id }) => task_id).sort();
      assert.deepEqual(await claim(99), []);
      assert.equal((await claim(100, 2)).length, 2);
      assert.equal((await claim(100)).length, 1);
      assert.deepEqual(await claim(149), []);
      assert.deepEqual(await claim(150), ['a', 'b', 'c']);
      await tasks.close();
    });

    test('tasks are handed out by version; one that is upgraded is handed out as what it then is, and once', async () => {
      const tasks = await open();
      const old = record('old');
      old.instance.version = '1';
      const [first, present, next] = ['1', versions.at(-1) ?? '', '9'];
      const later_one = record('later');
      later_one.instance.version = next;
      for (const task of [old, record('now'), later_one]) await tasks.create(task);
      let now = 100;
      const claim = async (...of: string[]) => {
        now += 100;
        return (await tasks.claimDue({ now, until: now + 50, limit: 10, versions: of })).map(({ task_id }) => task_id).sort();
      };
      assert.deepEqual(
        [await claim(first), await claim(present), await claim(first, present)],
        [['old'], ['now'], ['now', 'old']],
      );
      await tasks.replace(later(old, { instance: { ...old.instance, version: present } }), old.instance.seq);
      assert.deepEqual([await claim(first), await claim(present), await claim(next)], [[], ['now', 'old'], ['later']]);
      for (const id of ['old', 'now', 'later']) await tasks.remove(id);
      assert.deepEqual(await claim(first, present, next), []);
      await tasks.close();
    });

    test('a removed task is not read, not listed and not due; removing it again is no error', async () => {
      const tasks = await open();
      await tasks.create(record('a'));
      await tasks.create(record('b', { kind: 'save', status: 'dead' }));
      assert.deepEqual(
        (await tasks.list({ kind: 'save', limit: 10 })).map(({ task_id }) => task_id),
        ['b'],
      );
      assert.deepEqual(
        (await tasks.list({ status: 'pending', limit: 10 })).map(({ task_id }) => task_id),
        ['a'],
      );
      assert.equal((await tasks.list({ limit: 1 })).length, 1);
      await tasks.remove('a');
      await tasks.remove('a');
      assert.deepEqual([await tasks.get('a'), (await tasks.list({ limit: 10 })).length], [null, 1]);
      assert.deepEqual(
        (await tasks.claimDue({ now: 1_000, until: 2_000, limit: 10, versions })).map(({ task_id }) => task_id),
        ['b'],
      );
      await tasks.close();
    });

    test('a task is listed by the status and kind that it has now, and by no other', async () => {
      const tasks = await open();
      const [a, b, c] = [record('a'), record('b'), record('c', { kind: 'index' })];
      for (const task of [a, b, c]) await tasks.create(task);
      await tasks.replace(later(a, { status: 'running' }), a.instance.seq);
      const listed = async (want: Partial<Parameters<Tasks['list']>[0]>) =>
        (await tasks.list({ limit: 10, ...want })).map(({ task_id }) => task_id).sort();
      assert.deepEqual(await listed({ status: 'running' }), ['a']);
      assert.deepEqual(await listed({ status: 'pending' }), ['b', 'c']);
      assert.deepEqual(await listed({ kind: 'ocr' }), ['a', 'b']);
      assert.deepEqual(await listed({ kind: 'ocr', status: 'pending' }), ['b']);
      assert.deepEqual(await listed({ kind: 'save' }), []);
      await tasks.close();
    });

    test('an output of a megabyte is read as it was written, wherever the task is read', async () => {
      const tasks = await open();
      const small = record('a');
      const text = '文字 '.repeat(300_000);
      const large = later(small, { status: 'succeeded', instance: withOutput(small.instance, { pages: [text] }) });
      await tasks.create(small);
      await tasks.replace(large, small.instance.seq);
      const outputOf = (task: TaskRecord | null | undefined) => task?.instance.snapshot.context.output;
      const read = [await tasks.get('a'), ...(await tasks.list({ limit: 1 }))];
      const claimed = await tasks.claimDue({ now: 100, until: 200, limit: 1, versions });
      for (const task of [...read, ...claimed]) assert.deepEqual(outputOf(task), { pages: [text] });
      assert.equal(read.length + claimed.length, 3);
      await tasks.remove('a');
      await tasks.create(small);
      assert.equal(outputOf(await tasks.get('a')), null, 'the output went with its task');
      await tasks.close();
    });

    test('a new store has no epoch, and keeps the one it is given', async () => {
      const tasks = await open();
      assert.equal(await tasks.epoch(), null);
      await tasks.setEpoch('e');
      assert.equal(await tasks.epoch(), 'e');
      await tasks.close();
    });
  });
}
