/** `verify` as a run of the service: kept in the database with what it finds and suspects, and gone on with by the next process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCOPE } from '../../faults/world.ts';
import { known } from '../../model/known.ts';
import { verifiedWorld } from '../../worlds/verified.ts';
import { until } from '../../worlds/wait.ts';
import { PLANTS } from './planted.ts';

const WANTED = {
  ...{ ...SCOPE, installation: false, kind: 'verify' as const, created_by: { kind: 'key' as const, id: 'k' }, idempotency: null },
  params: { heal: true, step: null, code: null, limit: null },
};
const PLANTED = ['TITLE_DIFFERS', 'ENTRY_WITHOUT_PICTURE', 'OBJECT_UNKNOWN'] as const;

test('it is stopped with its process in the middle, goes on in the next, and ends with all that was planted', async (t) => {
  const w = await verifiedWorld(4, { verify_page: 1, verify_objects_page: 3, verify_second_look_ms: 500 });
  t.after(w.stop);
  const row = known(await w.facts.resources.get(SCOPE, w.ids[1] ?? ''), 'row');
  for (const code of PLANTED) await PLANTS[code].damage(w, row);
  const { run_id } = await w.service.operator_runs.start(WANTED);
  await until('something is suspected', async () => (await w.facts.runs.suspects(run_id, { after: null, limit: 9 })).length > 0);
  await w.again();
  const ended = await until(
    'it is done',
    async () => {
      const run = await w.facts.runs.load(run_id);
      return run?.status === 'done' && run;
    },
    30_000,
  );
  const findings = await w.facts.runs.findings(run_id, { after: 0, limit: 99 });
  assert.deepEqual(findings.map(({ finding, outcome }) => `${finding} ${outcome}`).sort(), [
    'ENTRY_WITHOUT_PICTURE healed',
    'OBJECT_UNKNOWN reported',
    'TITLE_DIFFERS healed',
  ]);
  assert.equal(ended.findings, 3);
  assert.deepEqual(await w.facts.runs.suspects(run_id, { after: null, limit: 9 }), []);
});
