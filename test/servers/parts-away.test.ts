/** A process beside servers that refuse or are silent: it starts, says so, answers probes within a second, and takes them up when they are back. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { z } from 'zod';
import { until } from '../worlds/wait.ts';
import { freshServers } from './places.ts';
import { type Process, serve } from './processes.ts';
import { type TcpBetween, tcpBetween } from './tcp-between.ts';

/** Each starts a process of its own, whose limits are of real time. */
const AT_ONCE = 1;
/** Databases of Redis: no two at once have the same. */
const REDIS_FROM = 4;
const REDIS_TO = 4;
/** An answer to a probe: the fastest of some, since a machine that has much to do is not what is tested. */
const PROBE_LIMIT_MS = 1_000;
const PROBES = 5;
/** Far above what it takes: `npm run suite -- night` measures how soon. */
const SEEN_WITHIN_MS = 40_000;
const BACK_WITHIN_MS = 60_000;

const Readiness = z.object({
  ready: z.boolean(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), state: z.string() })),
  degraded: z.array(z.object({ name: z.string() })),
});

const SERVERS = {
  TUODI_REDIS_URL: ['tasks', 'queue'],
  TUODI_ELASTICSEARCH_URL: ['index'],
  TUODI_S3_ENDPOINT: ['store'],
} as const;
type Away = 'refuse' | 'silence';

let redis = 0;
type Behind = { server: TcpBetween; started(): Promise<Process> };
/** Servers of a test's own, of which one is reached through `server`. */
async function behind(t: TestContext, variable: string): Promise<Behind> {
  const place = await freshServers(REDIS_FROM + (redis++ % REDIS_TO));
  const server = await tcpBetween(place.env[variable] ?? '');
  let service: Process | null = null;
  t.after(async () => {
    await service?.kill(); // it holds a row of the database as long as it lives, and that can't be dropped meanwhile
    await server.close();
    await place.drop();
  });
  const started = async () => {
    service = await serve({ ...place.env, [variable]: server.url, TUODI_LOG_LEVEL: 'silent' });
    return service;
  };
  return { server, started };
}
/** Fails when each answer takes too long, whatever it says. */
async function probe(service: Process, left = PROBES): Promise<{ status: number; body: z.infer<typeof Readiness> }> {
  const began = performance.now();
  const response = await fetch(`${service.reported.url}/readyz`, {
    headers: { authorization: `Bearer ${service.reported.api_key}` },
    signal: AbortSignal.timeout(SEEN_WITHIN_MS), // one that never comes fails the test, not the run
  });
  const body = Readiness.parse(await response.json());
  const took_ms = performance.now() - began;
  if (took_ms >= PROBE_LIMIT_MS && left > 1) return probe(service, left - 1);
  assert.ok(took_ms < PROBE_LIMIT_MS, `/readyz took ${Math.round(took_ms)} ms`);
  return { status: response.status, body };
}
const names = ({ degraded }: z.infer<typeof Readiness>) => degraded.map(({ name }) => name);

describe('a process starts while a part other than the database is away, and takes it up when it is back', {
  concurrency: AT_ONCE,
}, () => {
  for (const [variable, parts] of Object.entries(SERVERS))
    for (const away of ['refuse', 'silence'] as const satisfies Away[])
      test(`${parts.join(' and ')}: ${away}`, async (t) => {
        const { server, started } = await behind(t, variable);
        await server[away]();
        const service = await started();
        const part = parts[0];
        const said = await until(
          `${part} is named`,
          async () => {
            const { status, body } = await probe(service);
            assert.equal(status, 200);
            return names(body).includes(part) && body;
          },
          SEEN_WITHIN_MS,
        );
        assert.equal(said.ready, true);
        await server.through();
        await until(`${part} is taken up`, () => isBack(service, parts), BACK_WITHIN_MS);
      });
});
const isBack = async (service: Process, parts: readonly string[]) => {
  const { body } = await probe(service);
  return parts.every((name) => !names(body).includes(name));
};

describe('/readyz answers within a second whatever is away', { concurrency: AT_ONCE }, () => {
  const all = { TUODI_DATABASE_URL: ['database'], ...SERVERS };
  for (const [variable, parts] of Object.entries(all))
    for (const away of ['refuse', 'silence'] as const satisfies Away[])
      test(`${parts.join(' and ')}: ${away}`, async (t) => {
        const { server, started } = await behind(t, variable);
        const service = await started();
        assert.deepEqual((await probe(service)).body.ready, true);
        await server[away]();
        const is_database = variable === 'TUODI_DATABASE_URL';
        await until(
          'it is seen',
          async () => {
            const { status, body } = await probe(service);
            return is_database
              ? status === 503 && body.checks.database?.state === 'away'
              : status === 200 && names(body).includes(parts[0] ?? '');
          },
          SEEN_WITHIN_MS,
        );
        await server.through();
        await until(
          'it is over',
          async () => (await probe(service)).body.ready && (await isBack(service, parts)),
          BACK_WITHIN_MS,
        );
      });
});
