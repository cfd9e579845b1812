/** A turn of an instance that others move at the same time, as another process does. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { openSqliteFacts } from '../../../persistence/sqlite/facts.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import type { Facts } from '../../../runtime/ports/facts.ts';
import { createEngine, type Origin } from '../../../runtime/resources/engine.ts';
import { resourceLifecycle } from '../../../services/lifecycles.ts';

const BY: Origin = { by: { kind: 'user', id: 'u' }, request_id: null };
const SCOPE = { org_id: 'org' };
const clock = systemClock();
const engineOf = (facts: Facts) =>
  createEngine({
    ...{ facts, clock, lifecycle: resourceLifecycle(), limits: RUNTIME_LIMITS, log: pino({ level: 'silent' }) },
    dispatch: async () => {},
  });

test('an instance and its row are taken as one commit left them, though another process commits between the two reads', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-turn-'));
  const facts = await openSqliteFacts(dir);
  const other = engineOf(facts);
  let between: (() => Promise<unknown>) | null = null;
  const mine = engineOf({
    ...facts,
    resources: {
      ...facts.resources,
      get: async (...args) => {
        const commit = between;
        between = null;
        await commit?.();
        return facts.resources.get(...args);
      },
    },
  });
  const resource_id = clock.newId();
  const metadata = { title: 'a', description: null, tags: [], taken_at: null, languages: [], extra: {} };
  const named = { user_id: 'u', batch_id: null, filename: 'f', content_type: 'image/png', metadata, described: true };
  await other.create({ resource_id, ...SCOPE, ...named, claimed: { byte_size: null, sha256: null }, idempotency: null }, BY);
  const say = (type: string) => () => ({ event: { type } });
  const ref = { scope: SCOPE, resource_id };
  between = () => other.send(ref, say('UPLOAD_LINK_ISSUED'), BY);
  const { outcome, resource } = await mine.send(ref, say('UPLOAD_REPORTED'), BY);
  assert.deepEqual([outcome, resource.seq], ['moved', 3]);
  const journal = await facts.journal.list(SCOPE, resource_id, { after: null, limit: 10 });
  assert.deepEqual(
    journal.map(({ event }) => event),
    ['CREATED', 'UPLOAD_LINK_ISSUED', 'UPLOAD_REPORTED'],
  );
  await facts.close();
  await rm(dir, { recursive: true });
});
