/** Damage of every kind is found; what can be mended is, and nothing else is touched. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { FINDINGS, type FindingCode, isFindingCode } from '../../../contract/findings.ts';
import { SCOPE } from '../../faults/world.ts';
import { known } from '../../model/known.ts';
import { briefly, differing, Killed, NOTHING_KEPT, type VerifiedWorld, verifiedWorld } from '../../worlds/verified.ts';
import { plantedIn } from './planted.ts';

let w: VerifiedWorld;
beforeEach(async () => {
  w = await verifiedWorld(3);
});
afterEach(() => w.stop());

async function planted(code: FindingCode) {
  let before = new Map<string, string>();
  const ready = async () => {
    before = await w.dump();
  };
  return { ...(await plantedIn(w, code, known(w.ids[1], 'id'), ready)), before };
}

test('a whole library has nothing wrong, and nothing is touched', async () => {
  const before = await w.dump();
  for (const heal of [false, true]) {
    const { findings, done } = await w.verify({ heal, installation: true });
    assert.deepEqual([findings, done], [[], 9], 'each by itself, by its entry, by its objects');
  }
  assert.deepEqual(differing(before, await w.dump()), []);
});

/** Found, and nothing is changed, where it is not asked to heal; then as it is after it was. Returns what is different from before. */
async function healed(code: FindingCode) {
  const { id, subject, before } = await planted(code);
  const damaged = await w.dump();
  const { heals } = FINDINGS[code];
  assert.deepEqual(briefly((await w.verify()).findings), [[code, subject, heals === null ? 'reported' : 'found']]);
  assert.deepEqual(differing(damaged, await w.dump()), [], 'it only looks');
  const { findings } = await w.verify({ heal: true });
  assert.deepEqual(briefly(findings), [[code, subject, heals === null ? 'reported' : 'healed']]);
  if (heals === null) return differing(damaged, await w.dump());
  if (heals === 'event') assert.equal((await w.inStatus(id, 'INDEXED')).searchable, true);
  assert.deepEqual((await w.verify({ heal: true })).findings, [], 'nothing is left');
  if (heals !== 'event') return differing(before, await w.dump());
  const journal = await w.facts.journal.list(SCOPE, id, { after: null, limit: 200 });
  assert.deepEqual(
    journal.flatMap(({ by, event }) => (by.kind === 'operator' && by.id === 'run' ? [event] : [])),
    [code === 'RECOGNITION_MISSING' ? 'REPROCESS' : 'INDEX_LOST'],
  );
  const rows_of_it = /^(texts|embeddings|recognitions|outbox) /; // they are named by ids of their own
  return differing(before, await w.dump(), id).filter((name) => !rows_of_it.test(name));
}

const HEALS = {
  event: 'by an event, which the journal has, and no other picture is touched',
  rewritten: 'is rewritten, and all is as it was',
  removed: 'is removed, and all is as it was',
};
describe('each kind of damage is found, and', () => {
  for (const code of Object.keys(FINDINGS).filter(isFindingCode)) {
    const { heals } = FINDINGS[code];
    test(`${code} ${heals === null ? 'is left to a person, and stays as it is' : HEALS[heals]}`, async () => {
      assert.deepEqual(await healed(code), []);
    });
  }
});

describe('killed', () => {
  const PLANTED = ['PROJECTION_DIFFERS', 'ENTRY_WITHOUT_PICTURE', 'OBJECT_WITHOUT_PICTURE', 'OBJECT_UNKNOWN'] as const;
  test('at any of its saves it goes on from its place, and ends as if it had not been', async () => {
    const before = await w.dump();
    const pages = { verify_page: 2, verify_objects_page: 4 };
    for (let killed_at = 1, was_killed = true; was_killed; killed_at++) {
      for (const code of PLANTED) await planted(code);
      const kept = NOTHING_KEPT();
      was_killed = await w.verify({ heal: true, kept, limits: pages, killed_at }).then(
        () => false,
        (error: unknown) => {
          if (!(error instanceof Killed)) throw error;
          return true;
        },
      );
      if (was_killed) await w.verify({ heal: true, kept, limits: pages });
      const codes = kept.findings.map(({ finding }) => finding);
      assert.equal(codes.filter((code) => code === 'OBJECT_UNKNOWN').length, 1, `at ${killed_at}: found again, not twice`);
      assert.deepEqual([...kept.suspects.values()], []);
      assert.deepEqual(differing(before, await w.dump()), [`object ${SCOPE.org_id}/notes.txt`], `at ${killed_at}`);
    }
  });
});
