/** Alerts of docs/monitoring whose faults are those of servers: each server in turn is away, and the commands of the alert's row say which. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { firing, twoScrapes } from '../worlds/alerts.ts';
import { runbook } from '../worlds/runbook.ts';
import { until } from '../worlds/wait.ts';
import { freshServers } from './places.ts';
import { type Process, serve } from './processes.ts';
import { tcpBetween } from './tcp-between.ts';

const REDIS = 6;
const Started = z.object({ url: z.string(), api_key: z.string() });
const Parts = z.object({ parts: z.array(z.object({ part: z.string(), state: z.string() })) });

const SERVERS = [
  { variable: 'TUODI_REDIS_URL', part: 'queue', alerts: ['TuodiQueueAway', 'TuodiPartAway'], line: /^WRONG {2}Redis: /m },
  { variable: 'TUODI_ELASTICSEARCH_URL', part: 'index', alerts: ['TuodiPartAway'], line: /^WRONG {2}search index: /m },
  { variable: 'TUODI_S3_ENDPOINT', part: 'store', alerts: ['TuodiPartAway'], line: /^WRONG {2}object store: /m },
  {
    variable: 'TUODI_DATABASE_URL',
    part: 'database',
    alerts: ['TuodiDatabaseAway', 'TuodiPartAway', 'TuodiAnswersFail'],
    line: /^WRONG {2}database: /m,
  },
] as const;

describe('each server that is away', () => {
  test('fires its alerts, the row of each names it, and both end when it is back', async (t) => {
    const place = await freshServers(REDIS);
    const proxies = await Promise.all(SERVERS.map(({ variable }) => tcpBetween(place.env[variable] ?? '')));
    const env = { ...place.env, ...Object.fromEntries(SERVERS.map(({ variable }, at) => [variable, proxies[at]?.url ?? ''])) };
    const running: { service: Process | null } = { service: null };
    t.after(async () => {
      await running.service?.kill();
      for (const proxy of proxies) await proxy.close();
      await place.drop();
    });
    running.service = await serve({ ...env, TUODI_LOG_LEVEL: 'silent', TUODI_WORKER_KINDS: 'inspect,save,embed,index,purge' });
    const { url, api_key: key } = Started.parse(running.service.reported);
    const headers = { authorization: `Bearer ${key}` };
    const stateOf = async (wanted: string) => {
      const answer = await fetch(`${url}/v1/ops/summary`, { headers });
      return Parts.parse(await answer.json()).parts.find(({ part }) => part === wanted)?.state;
    };
    const asked = { url, key };
    const ours = SERVERS.flatMap(({ alerts }) => alerts);
    assert.deepEqual(firing(ours, await twoScrapes(asked)), [], 'all are there');
    for (const [at, { variable, part, alerts, line }] of SERVERS.entries()) {
      proxies[at]?.refuse();
      await until(`${part} is away`, async () => (await stateOf(part).catch(() => null)) === 'away', 120_000);
      const away = await twoScrapes(asked, async () => {
        for (let n = 0; n < 5; n += 1) await fetch(`${url}/v1/resources`, { headers });
      });
      const fired = firing(ours, away);
      for (const alert of alerts) {
        assert.ok(fired.includes(alert), `${variable}: ${alert} of ${fired.join()}`);
        const said = await runbook.run(alert, '.', { url, key, env: { ...env, TUODI_URL: url, TUODI_API_KEY: key } });
        assert.match(said, alert === 'TuodiAnswersFail' ? /"database":\{"ok":false/ : line, `${variable}: ${alert}`);
      }
      proxies[at]?.through();
      await until(`${part} is back`, async () => (await stateOf(part).catch(() => null)) === 'ok', 120_000);
      const back = firing(
        alerts.filter((alert) => alert !== 'TuodiAnswersFail'),
        await twoScrapes(asked),
      );
      assert.deepEqual(back, [], `${variable} is back`);
    }
  });
});
