/** Two services and two workers on one database; any of them may be killed at any moment: it costs time, and nothing else. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createConnection } from 'mysql2/promise';
import { z } from 'zod';
import { seeded } from '../worlds/texts.ts';
import { letPass, until } from '../worlds/wait.ts';
import { freshServers } from './places.ts';

const CHILD = fileURLToPath(new URL('./chaos-child.js', import.meta.url));
const RESOURCES = 1_000;
const KILLS = 4;
const SEED = 2026;
/** It takes about a minute alone, and shares the machine with another file. */
const LIMIT_MS = 300_000;
const REDIS = 2;

type Child = { process: ChildProcess; ready: Promise<void>; folder: string };

async function begin(role: 'serve' | 'worker', env: Record<string, string>): Promise<Child> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-chaos-'));
  const child = spawn(process.execPath, [CHILD, role], {
    env: { ...process.env, ...env, TUODI_DATA_DIR: folder },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ready = once(createInterface({ input: child.stdout }), 'line', { signal: AbortSignal.timeout(60_000) });
  return { process: child, folder, ready: ready.then(() => undefined) };
}
async function end({ process: child, folder, ready }: Child): Promise<void> {
  await ready.catch(() => undefined);
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
  await rm(folder, { recursive: true, force: true });
}

describe('two services and two workers', () => {
  test(`${RESOURCES} resources, ${KILLS} kills (seed ${SEED}): each effect once`, { timeout: LIMIT_MS + 60_000 }, async (t) => {
    const { env, drop } = await freshServers(REDIS);
    const db = await createConnection(env.TUODI_DATABASE_URL ?? '');
    const ask = async (sql: string) => {
      const [rows] = await db.query(sql);
      return z.array(z.record(z.string(), z.union([z.number(), z.string(), z.null()]))).parse(rows);
    };
    const count = async (of: string) => Number((await ask(`SELECT count(*) AS n FROM ${of}`))[0]?.n);
    const roles = ['serve', 'worker', 'serve', 'worker'] as const;
    const children = await Promise.all([begin('serve', env)]);
    await children[0]?.ready; // the first one makes the tables
    children.push(...(await Promise.all(roles.slice(1).map((role) => begin(role, env)))));
    await Promise.all(children.map(({ ready }) => ready));
    const random = seeded(SEED);
    const began = performance.now();
    try {
      for (const i of [0, 2]) children[i]?.process.stdin?.write(`${RESOURCES / 2}\n`);
      for (let kill = 1; kill <= KILLS; kill++) {
        const i = Math.floor(random() * roles.length);
        const role = roles[i];
        const [old] = [children[i]];
        if (!role || !old) throw new Error('no such process');
        const done = (RESOURCES * kill) / (KILLS + 2);
        await until(
          `${done} done before the next kill`,
          async () => (await count(`resources WHERE status = 'INDEXED'`)) > done * 0.8,
          LIMIT_MS,
        );
        const under_way = await count('instances WHERE has_jobs = 1');
        await end(old);
        t.diagnostic(`${role} killed with ${under_way} under way`);
        const next = await begin(role, env);
        children[i] = next;
        await next.ready;
        if (role === 'serve') await takeUp(next, count);
      }
      await until(
        'all taken in',
        async () => {
          const there = await count('resources');
          if (there < RESOURCES) children[0]?.process.stdin?.write(`${RESOURCES - there}\n`);
          if (there < RESOURCES) await letPass(2_000, 'what was asked for is being taken in, and is counted again');
          return there >= RESOURCES;
        },
        LIMIT_MS,
      );
      const total = await count('resources');
      await until('all INDEXED', async () => (await count(`resources WHERE status = 'INDEXED'`)) === total, LIMIT_MS).catch(
        async (error) => {
          throw new Error(
            JSON.stringify(await ask('SELECT status, failure, count(*) AS n FROM resources GROUP BY status, failure')),
            { cause: error },
          );
        },
      );
      t.diagnostic(`${total} INDEXED in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
      const once_each = [
        `SELECT instance_id, event, count(*) AS n FROM journal WHERE event LIKE 'done %' AND event <> 'done inspect' GROUP BY instance_id, event HAVING n > 1`,
        `SELECT instance_id, revision, count(*) AS n FROM journal WHERE \`to\` = 'INDEXED' AND \`from\` <> 'INDEXED' GROUP BY instance_id, revision HAVING n > 1`,
        `SELECT resource_id, count(*) AS n FROM texts GROUP BY resource_id HAVING n > 1`,
        `SELECT resource_id, count(*) AS n FROM embeddings GROUP BY resource_id HAVING n > 1`,
        `SELECT i.instance_id FROM instances i LEFT JOIN journal j ON j.instance_id = i.instance_id GROUP BY i.instance_id, i.seq HAVING count(*) <> i.seq`,
        `SELECT resource_id FROM resources WHERE resource_id NOT IN (SELECT resource_id FROM texts) OR failure IS NOT NULL`,
        `SELECT position, count(*) AS n FROM outbox GROUP BY position HAVING position IS NOT NULL AND n > 1`,
      ];
      for (const sql of once_each) assert.deepEqual(await ask(sql), [], sql);
      assert.equal(await entries(`${env.TUODI_ELASTICSEARCH_URL}/${env.TUODI_ELASTICSEARCH_ALIAS}`), total);
    } finally {
      await Promise.all(children.map(end));
      await db.end();
      await drop();
    }
  });
});

/** A service that was killed while it took in goes on with what is lacking. */
async function takeUp(child: Child, count: (of: string) => Promise<number>): Promise<void> {
  const lacking = Math.max(0, RESOURCES / 2 - Math.floor((await count('resources')) / 2));
  if (lacking > 0) child.process.stdin?.write(`${Math.floor(lacking / 4)}\n`);
}

/** As a search counts them. */
async function entries(index: string): Promise<number> {
  const answer = await fetch(`${index}/_count`);
  return z.object({ count: z.number() }).parse(await answer.json()).count;
}
