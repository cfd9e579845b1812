/** A data folder with many pictures in line for their first step: copies of one, made in the database. */
import path from 'node:path';
import type { Knex } from 'knex';
import { pino } from 'pino';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { RUNTIME_LIMITS } from '../../runtime/limits.ts';
import { createEngine, type Origin } from '../../runtime/resources/engine.ts';
import { resourceLifecycle } from '../../services/lifecycles.ts';

const BY: Origin = { by: { kind: 'user', id: 'u' }, request_id: null };
const SCOPE = { org_id: 'org' };
/** The end of an id, which the number of a copy takes the place of. */
const KEPT = 24;

export async function makeLine(dir: string, count: number): Promise<void> {
  const { resource_id, token } = await onePicture(dir);
  const raw = sqliteKnex(path.join(dir, 'facts.sqlite'));
  const copy = (of: string) => `substr('${of}', 1, ${KEPT}) || printf('%012x', i)`;
  const renamed = (column: string) =>
    `replace(replace(${column}, '${resource_id}', ${copy(resource_id)}), '${token}', ${copy(token)}) AS ${column}`;
  const numbers = `WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${count - 1})`;
  for (const [table, columns] of Object.entries({
    instances: ['instance_id', 'body'],
    resources: ['resource_id'],
    metadata: ['resource_id'],
  })) {
    const key = columns[0] ?? '';
    const all = await columnsOf(raw, table);
    const values = all.map((column) => (columns.includes(column) ? renamed(column) : column));
    await raw.raw(
      `INSERT INTO ${table} (${all.join(', ')}) ${numbers} SELECT ${values.join(', ')} FROM ${table}, numbers WHERE ${key} = '${resource_id}'`,
    );
  }
  await raw.destroy();
}

const columnsOf = async (raw: Knex, table: string): Promise<string[]> => Object.keys(await raw(table).columnInfo());

async function onePicture(dir: string): Promise<{ resource_id: string; token: string }> {
  const clock = systemClock();
  const facts = await openSqliteFacts(dir);
  const given = { facts, clock, lifecycle: resourceLifecycle(), limits: RUNTIME_LIMITS, log: pino({ level: 'silent' }) };
  const engine = createEngine(given);
  const resource_id = clock.newId();
  const metadata = { title: 'a', description: null, tags: [], taken_at: null, languages: [], extra: {} };
  const named = { user_id: 'u', batch_id: null, filename: 'f', content_type: 'image/png', metadata, described: true };
  const claimed = { byte_size: null, sha256: null };
  await engine.create({ resource_id, ...SCOPE, ...named, claimed, idempotency: null }, BY);
  await engine.send({ scope: SCOPE, resource_id }, () => ({ event: { type: 'UPLOAD_REPORTED' } }), BY);
  const token = (await facts.instances.load(resource_id))?.instance.jobs.inspect?.token;
  await facts.close();
  if (!token) throw new Error('it waits for no step');
  return { resource_id, token };
}
