/** When the store is looked at for an upload, and what becomes of a report that comes during a look. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RESOURCE_LIMITS } from '../../machines/limits.ts';
import { known } from '../model/known.ts';
import { LEGAL_PICTURE } from '../model/said.ts';
import { done, event, at as given, kernel, moved, start, status, timer, timerId, timerIds, token } from './lives.ts';

const ABSENT = { verdict: 'absent' };
const LOOKS = ['first_look', 'second_look', 'third_look', 'link_expiry'] as const;
const report = () => event({ type: 'UPLOAD_REPORTED' });
const hint = () => event({ type: 'UPLOAD_REPORTED', by_store_too: true });
const looking = () => moved(start(), report);

describe('an upload that nobody reports', () => {
  test('is looked for 1, 5 and 15 minutes after its link was given, then at its expiry; a fresh link begins anew', () => {
    const due = (d = start()) => LOOKS.map((name) => known(d.timers[timerId(d, name)], name).due_at / 60_000);
    assert.deepEqual(due(), [1, 5, 15, 70]);
    const later = kernel.step(start(), event({ type: 'UPLOAD_LINK_ISSUED' }), given(600_000)).instance;
    assert.deepEqual(due(later), [11, 15, 25, 80]);
    assert.ok(RESOURCE_LIMITS.third_look_ms < RESOURCE_LIMITS.link_expiry_ms);
  });

  test('is seen by any of these looks; one that sees nothing leaves the later ones', () => {
    let d = start();
    for (const [n, name] of LOOKS.entries()) {
      d = moved(d, (now) => timer(now, name));
      assert.equal(status(moved(d, (now) => done(now, 'inspect', LEGAL_PICTURE))), 'UPLOADED_NO_METADATA');
      d = moved(d, (now) => done(now, 'inspect', ABSENT));
      assert.deepEqual([status(d), Object.keys(d.jobs)], ['AWAITING_UPLOAD', []]);
      for (const later of LOOKS.slice(n + 1)) assert.equal(timerIds(d, later).length, 1, later);
    }
  });
});

describe('a look under way', () => {
  test('goes on when it is time for another, which follows only if it sees nothing', () => {
    const still = moved(looking(), (d) => timer(d, 'first_look'));
    assert.equal(token(still, 'inspect'), token(moved(still, hint), 'inspect'));
    assert.equal(status(moved(still, (d) => done(d, 'inspect', LEGAL_PICTURE))), 'UPLOADED_NO_METADATA');
    const again = moved(still, (d) => done(d, 'inspect', ABSENT));
    assert.notEqual(token(again, 'inspect'), token(still, 'inspect'));
    assert.deepEqual(Object.keys(moved(again, (d) => done(d, 'inspect', ABSENT)).jobs), [], 'once');
  });

  test('goes on at a report that brings no news, and begins anew at one that may', () => {
    const begun = looking();
    assert.equal(token(moved(begun, hint), 'inspect'), token(begun, 'inspect'));
    assert.notEqual(token(moved(begun, report), 'inspect'), token(begun, 'inspect'));
  });

  test('at the deadline is followed by one more for a report during it, and only then it expires', () => {
    const last = moved(start(), (d) => timer(d, 'upload_deadline'), hint);
    const again = moved(last, (d) => done(d, 'inspect', ABSENT));
    assert.deepEqual([status(again), Object.keys(again.jobs)], ['AWAITING_UPLOAD', ['inspect']]);
    assert.equal(status(moved(again, (d) => done(d, 'inspect', ABSENT))), 'EXPIRED');
  });
});
