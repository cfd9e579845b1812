/** A process that is told to stop ends within its limit, whichever of its servers is unavailable at that moment. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EXIT } from '../../contract/exit-codes.ts';
import { STOP_LIMITS } from '../../runtime/async/closers.ts';
import { freshServers } from './places.ts';
import { serve, work } from './processes.ts';
import { tcpBetween } from './tcp-between.ts';

/** After its stop, what still holds the process is cut off; and time for a slow machine. */
const ENDS_WITHIN_MS = STOP_LIMITS.stop_ms + 2_000 + 5_000;
/** They mostly wait. */
const AT_ONCE = 4;
/** Databases of Redis: no two at once have the same. */
const REDIS_FROM = 8;
const REDIS_TO = 8;

describe('SIGTERM while a server is away', { concurrency: AT_ONCE }, () => {
  const SERVERS = {
    TUODI_DATABASE_URL: 'the database',
    TUODI_REDIS_URL: 'Redis',
    TUODI_ELASTICSEARCH_URL: 'the index',
    TUODI_S3_ENDPOINT: 'the store',
  };
  let redis = 0;
  for (const [variable, name] of Object.entries(SERVERS))
    for (const [start, started] of Object.entries({ serve, work }))
      for (const away of ['refuse', 'silence'] as const)
        test(`${start}: ${name} (${away}) ends the process within its limit`, async (t) => {
          const place = await freshServers(REDIS_FROM + (redis++ % REDIS_TO));
          const between = await tcpBetween(place.env[variable] ?? '');
          const running = await started({ ...place.env, [variable]: between.url, TUODI_LOG_LEVEL: 'silent' });
          t.after(async () => {
            await running.kill();
            await between.close();
            await place.drop();
          });
          await between[away]();
          const began = performance.now();
          const code = await running.stop();
          const took_ms = performance.now() - began;
          t.diagnostic(`code ${code} after ${Math.round(took_ms)} ms`);
          assert.ok(took_ms < ENDS_WITHIN_MS, `${took_ms} ms`);
          const known: (number | null)[] = away === 'refuse' ? [EXIT.OK, EXIT.ERROR] : [EXIT.OK, EXIT.ERROR, EXIT.STOP_TOO_LONG];
          assert.ok(known.includes(code), `code ${code}`);
        });
});
