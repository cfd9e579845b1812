/** The overview of the facts: counts, ages and lag of an organisation and of all, and what is due. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Facts } from '../../runtime/ports/facts.ts';
import { AT, change, commit, instance, job, ORG, OTHER, type World } from './facts-rows.ts';

const SCOPE = { org_id: ORG };

export function overviewTests({ facts }: World): void {
  describe('the overview', () => {
    test('counts the statuses that there are, with the one that has waited longest, of an organisation and of all', async () => {
      await commit(
        facts(),
        change('a', { resource: { waits_since: AT + 50 } }),
        change('b', { resource: { waits_since: AT + 20 } }),
        { ...change('c', { resource: { org_id: OTHER, waits_since: AT + 10 } }), org_id: OTHER },
        change('d', { resource: { status: 'INDEXED', phase: 'ready', searchable: true, waits_since: AT + 5 } }),
      );
      const { overview } = facts();
      const ordered = (found: Awaited<ReturnType<typeof overview.statuses>>) =>
        found.sort((x, y) => (x.status < y.status ? -1 : 1));
      assert.deepEqual(ordered(await overview.statuses(SCOPE)), [
        { status: 'INDEXED', count: 1, is_exact: true, oldest_since: AT + 5 },
        { status: 'READY_FOR_OCR', count: 2, is_exact: true, oldest_since: AT + 20 },
      ]);
      assert.deepEqual(ordered(await overview.statuses(null)), [
        { status: 'INDEXED', count: 1, is_exact: true, oldest_since: AT + 5 },
        { status: 'READY_FOR_OCR', count: 3, is_exact: true, oldest_since: AT + 10 },
      ]);
      assert.deepEqual(await overview.statuses({ org_id: 'nobody' }), []);
    });

    test('the lag is that of the oldest on its way that no search finds: not of what failed, waits for a person, or is indexed again', async () => {
      const { overview } = facts();
      assert.equal(await overview.lagsSince(SCOPE), null);
      await commit(
        facts(),
        change('a', { resource: { status: 'METADATA_SAVED', waits_since: AT + 30 } }),
        change('b', { resource: { status: 'INIT', searchable: true, waits_since: AT + 1 } }),
        change('c', { resource: { status: 'INDEX_FAILED', phase: 'failed', waits_since: AT + 2 } }),
        change('d', { resource: { status: 'UPLOADED_NO_METADATA', phase: 'needs_person', waits_since: AT + 3 } }),
        { ...change('e', { resource: { org_id: OTHER, waits_since: AT + 4 } }), org_id: OTHER },
      );
      assert.deepEqual([await overview.lagsSince(SCOPE), await overview.lagsSince(null)], [AT + 30, AT + 4]);
    });

    test('lists what is overdue, the longest first, and what has a job and a timer soon', async () => {
      const due = (next_due_at: number, jobs = {}) => ({ next_due_at, instance: instance(1, { jobs }) });
      await commit(
        facts(),
        { ...change('a'), ...due(AT + 100) },
        { ...change('b'), ...due(AT + 50, { ocr: job('t') }) },
        { ...change('c', { resource: { org_id: OTHER } }), org_id: OTHER, ...due(AT + 40) },
      );
      const { overview } = facts();
      assert.equal(await overview.oldestDue(), AT + 40);
      const ids = (found: { instance_id: string }[]) => found.map(({ instance_id }) => instance_id);
      assert.deepEqual(ids(await overview.dueBefore(null, AT + 60, 10)), ['c', 'b']);
      assert.deepEqual(ids(await overview.dueBefore(SCOPE, AT + 200, 10)), ['b', 'a']);
      assert.deepEqual(ids(await overview.withJobsDue(null, { from: AT, to: AT + 200 }, 10)), ['b']);
      assert.deepEqual(ids(await overview.withJobsDue(null, { from: AT + 51, to: AT + 200 }, 10)), []);
    });
  });
}

/** Each question of the summary, for the tests that look at how a database answers it. */
export const QUESTIONS = {
  'statuses of an organisation': (facts: Facts) => facts.overview.statuses(SCOPE),
  'statuses of all': (facts: Facts) => facts.overview.statuses(null),
  'the lag of an organisation': (facts: Facts) => facts.overview.lagsSince(SCOPE),
  'the lag of all': (facts: Facts) => facts.overview.lagsSince(null),
  remarks: (facts: Facts) => facts.overview.remarks(SCOPE),
  'the oldest due': (facts: Facts) => facts.overview.oldestDue(),
  'what is overdue': (facts: Facts) => facts.overview.dueBefore(null, AT, 100),
  'jobs with a timer soon': (facts: Facts) => facts.overview.withJobsDue(null, { from: AT, to: AT + 1_000 }, 100),
} satisfies Record<string, (facts: Facts) => Promise<unknown>>;
