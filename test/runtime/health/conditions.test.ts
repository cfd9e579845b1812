/** Conditions of the service: begun once, logged once, over once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { createConditions } from '../../../runtime/health/conditions.ts';

function world() {
  const lines: { level: number; msg: string }[] = [];
  const log = pino({ base: undefined }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  let now = 1_000;
  const conditions = createConditions({ clock: { now: () => now }, log });
  return { conditions, lines, later: (ms: number) => (now += ms) };
}

test('a condition begins once, keeps when it began, and takes a newer sentence', () => {
  const { conditions, lines, later } = world();
  conditions.set('index_incomplete', 'the index lacks 2 entries');
  later(500);
  conditions.set('index_incomplete', 'the index lacks 1 entry');
  assert.deepEqual(conditions.list(), [{ name: 'index_incomplete', detail: 'the index lacks 1 entry', since: 1_000 }]);
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [[40, 'the index lacks 2 entries']],
  );
});

test('it ends once, which is logged with how long it lasted; one that is not there is let be', () => {
  const { conditions, lines, later } = world();
  conditions.clear('index_incomplete');
  conditions.set('index_incomplete', 'the index lacks 2 entries');
  later(500);
  conditions.clear('index_incomplete');
  conditions.clear('index_incomplete');
  assert.deepEqual([conditions.has('index_incomplete'), conditions.list()], [false, []]);
  assert.equal(lines.length, 2);
  assert.equal(Object.entries(lines[1] ?? {}).find(([name]) => name === 'lasted_ms')?.[1], 500);
});

test('conditions are listed the oldest first, and there is a bound on how many there are', () => {
  const { conditions } = world();
  for (let n = 0; n < 100; n++) conditions.set(`c${n}`, 'text');
  assert.equal(conditions.list()[0]?.name, 'c0');
  assert.throws(() => conditions.set('one more', 'text'), RangeError);
});
