/** Many pictures in line for their first step: copies of one, made in the database. */
import path from 'node:path';
import type { Knex } from 'knex';
import { pino } from 'pino';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { RUNTIME_LIMITS } from '../../runtime/limits.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import { createEngine, type Origin } from '../../runtime/resources/engine.ts';
import { resourceLifecycle } from '../../services/lifecycles.ts';

const BY: Origin = { by: { kind: 'user', id: 'u' }, request_id: null };
const SCOPE = { org_id: 'org' };
/** The end of an id, which the number of a copy takes the place of. */
const KEPT = 24;

/** How a database names what it has: the end of an id for the number `i`, two texts as one, and the numbers from 1 on as `numbers(i)`. */
type Words = { id_end: string; joined: (one: string, other: string) => string; numbers: (last: number) => string };
const SQLITE: Words = {
  id_end: "printf('%012x', i)",
  joined: (one, other) => `${one} || ${other}`,
  numbers: (last) => `WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${last})`,
};
/** MariaDB, by its sequence engine. */
const MARIADB: Words = {
  id_end: "LPAD(LOWER(HEX(i)), 12, '0')",
  joined: (one, other) => `CONCAT(${one}, ${other})`,
  numbers: (last) => `WITH numbers(i) AS (SELECT seq FROM seq_1_to_${last})`,
};

/** A data folder with so many pictures. */
export async function makeLine(dir: string, count: number): Promise<void> {
  const picture = await onePicture(await openSqliteFacts(dir));
  await copyPicture(sqliteKnex(path.join(dir, 'facts.sqlite')), SQLITE, picture, count);
}

/** The same in a MariaDB whose tables are made. */
export async function makeLineIn(facts: Facts, raw: Knex, count: number): Promise<void> {
  await copyPicture(raw, MARIADB, await onePicture(facts), count);
}

type Picture = { resource_id: string; token: string };
async function copyPicture(raw: Knex, words: Words, { resource_id, token }: Picture, count: number): Promise<void> {
  const copy = (of: string) => words.joined(`substr('${of}', 1, ${KEPT})`, words.id_end);
  const renamed = (column: string) =>
    `replace(replace(${column}, '${resource_id}', ${copy(resource_id)}), '${token}', ${copy(token)}) AS ${column}`;
  for (const [table, columns] of Object.entries({
    instances: ['instance_id', 'body'],
    resources: ['resource_id'],
    metadata: ['resource_id'],
  })) {
    const key = columns[0] ?? '';
    const all = await columnsOf(raw, table);
    const values = all.map((column) => (columns.includes(column) ? renamed(column) : column));
    await raw.raw(
      `INSERT INTO ${table} (${all.join(', ')}) ${words.numbers(count - 1)} SELECT ${values.join(', ')} FROM ${table}, numbers WHERE ${key} = '${resource_id}'`,
    );
  }
  await raw.destroy();
}

const columnsOf = async (raw: Knex, table: string): Promise<string[]> => Object.keys(await raw(table).columnInfo());

/** Closes the facts. */
async function onePicture(facts: Facts): Promise<Picture> {
  const clock = systemClock();
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
