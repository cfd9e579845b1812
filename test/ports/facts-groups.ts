/** Groups of the inbox: counted by what is missing and by what has failed, each of its own organisation. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failureOf } from '../../contract/failures.ts';
import type { Metadata } from '../../contract/metadata.ts';
import type { Status } from '../../contract/statuses.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Change, FactWrite } from '../../runtime/ports/facts.ts';
import { AT, change, commit, metadata, ORG, OTHER, type World } from './facts-rows.ts';

const scope = { org_id: ORG };
const SAMPLES = 2;

/** One that waits for details since `uploaded_at`; without metadata it has no row of it at all. */
function lacking(id: string, uploaded_at: number, stored: Partial<Metadata> | null, org_id = ORG): Change {
  const row = { resource_id: id, org_id, at: AT, metadata: metadata(stored ?? {}) };
  const writes: FactWrite[] = stored === null ? [] : [{ into: 'metadata', row }];
  const waits = { status: 'UPLOADED_NO_METADATA', phase: 'needs_person', uploaded_at, deadline_at: uploaded_at + 9 } as const;
  return change(id, { org_id, resource: waits, writes });
}

type Failed = { status: Status; step: StepKind; at: number; created_at: number; deadline_at?: number };
function failed(id: string, code: 'INDEX_REFUSED' | 'TRUNCATED_IMAGE', of: Failed, org_id = ORG): Change {
  const { status, step, at, ...rest } = of;
  const failure = { ...failureOf(code, 'planted'), step, attempts: 1, at };
  return change(id, { org_id, resource: { status, phase: 'failed', failure, ...rest } });
}

export function groupTests(world: World): void {
  describe('groups', () => {
    it('what is missing: of the required fields alone, the largest first, those that wait longest as samples', async () => {
      const facts = world.facts();
      await commit(
        facts,
        lacking('a', AT + 3, null),
        lacking('b', AT + 1, { tags: ['t'], description: '' }),
        lacking('c', AT + 2, { tags: ['t'], extra: { k: 1 } }),
        lacking('d', AT + 4, { title: 't', description: 'd' }),
        lacking('of-other', AT, null, OTHER),
        change('described', {
          writes: [{ into: 'metadata', row: { resource_id: 'described', org_id: ORG, at: AT, metadata: metadata() } }],
        }),
      );
      const of = async (...required: ('title' | 'tags' | 'description')[]) =>
        (await facts.groups.missing(scope, required, SAMPLES)).map(
          ({ samples, missing, count, oldest_at, earliest_deadline_at }) => [
            missing.join(),
            count,
            (oldest_at ?? 0) - AT,
            (earliest_deadline_at ?? 0) - AT,
            samples.map(({ resource_id }) => resource_id).join(),
          ],
        );
      assert.deepEqual(await of('title'), [
        ['title', 3, 1, 10, 'b,c'],
        ['', 1, 4, 13, 'd'],
      ]);
      assert.deepEqual((await of('title', 'tags')).sort(), [
        ['tags', 1, 4, 13, 'd'],
        ['title', 2, 1, 10, 'b,c'],
        ['title,tags', 1, 3, 12, 'a'],
      ]);
      assert.deepEqual((await of('description')).sort(), [
        ['', 1, 4, 13, 'd'],
        ['description', 3, 1, 10, 'b,c'],
      ]);
      // A later edit counts it elsewhere, and a removal nowhere.
      const owner = { resource_id: 'a', org_id: ORG, at: AT };
      const waits = { status: 'UPLOADED_NO_METADATA', phase: 'needs_person', uploaded_at: AT + 3 } as const;
      const write: FactWrite = { into: 'metadata', row: { ...owner, metadata: metadata({ title: 'now' }) } };
      await commit(facts, change('a', { expected_seq: 1, resource: waits, writes: [write] }));
      assert.deepEqual((await of('title')).map(([missing, count]) => [missing, count]).sort(), [
        ['', 2],
        ['title', 2],
      ]);
      await commit(facts, change('a', { expected_seq: 2, resource: waits, writes: [{ into: 'nothing', row: owner }] }));
      assert.deepEqual(
        (await of('title')).map(([missing, count]) => [missing, count]),
        [
          ['title', 3],
          ['', 1],
        ],
      );
      assert.deepEqual(await facts.groups.missing({ org_id: 'nobody' }, ['title'], SAMPLES), []);
    });

    it('what has failed: by status, step and code, the newest as samples; a failure that was mended is none', async () => {
      const facts = world.facts();
      const index = { status: 'INDEX_FAILED', step: 'index' } as const;
      await commit(
        facts,
        failed('a', 'INDEX_REFUSED', { ...index, at: AT + 5, created_at: AT + 1 }),
        failed('b', 'INDEX_REFUSED', { ...index, at: AT + 4, created_at: AT + 3 }),
        failed('c', 'INDEX_REFUSED', { ...index, at: AT + 6, created_at: AT + 2, deadline_at: AT + 7 }),
        failed('d', 'INDEX_REFUSED', { ...index, step: 'purge', at: AT + 1, created_at: AT }),
        failed('e', 'TRUNCATED_IMAGE', { status: 'REJECTED', step: 'inspect', at: AT + 2, created_at: AT, deadline_at: AT + 30 }),
        failed('of-other', 'INDEX_REFUSED', { ...index, at: AT, created_at: AT }, OTHER),
      );
      const mended = failed('mended', 'INDEX_REFUSED', { ...index, at: AT, created_at: AT });
      await commit(facts, { ...mended, resource: { ...mended.resource, status: 'INIT', phase: 'working' } });
      const found = await facts.groups.failed(scope, SAMPLES);
      const shown = found.map(({ samples, status, step, code, count, oldest_at, earliest_deadline_at: due }) => [
        `${status} ${step} ${code}`,
        count,
        (oldest_at ?? 0) - AT,
        due && due - AT,
        samples.map(({ resource_id }) => resource_id).join(),
      ]);
      assert.deepEqual(shown[0], ['INDEX_FAILED index INDEX_REFUSED', 3, 4, 7, 'b,c']);
      assert.deepEqual(shown.slice(1).sort(), [
        ['INDEX_FAILED purge INDEX_REFUSED', 1, 1, null, 'd'],
        ['REJECTED inspect TRUNCATED_IMAGE', 1, 2, 30, 'e'],
      ]);
    });
  });
}
