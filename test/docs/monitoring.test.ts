/** docs/monitoring/: rules that Prometheus takes and that fire, names that the service has, and what to do about each alert. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { createMetrics } from '../../app/metrics/metrics.ts';
import type { ReadingDeps } from '../../app/metrics/reading.ts';
import { systemClock } from '../../runtime/async/clock.ts';

const FOLDER = 'docs/monitoring';
const Rules = z.object({ groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })) });
const Dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
});
const RuleTests = z.object({ tests: z.array(z.object({ name: z.string() })) });

const rules = Rules.parse(parse(readFileSync(`${FOLDER}/rules.yml`, 'utf8'))).groups.flatMap((group) => group.rules);
const panels = Dashboard.parse(JSON.parse(readFileSync(`${FOLDER}/dashboard.json`, 'utf8'))).panels;
const alerts = rules.map(({ alert }) => alert);

const has_promtool = spawnSync('promtool', ['--version']).status === 0;
if (!has_promtool)
  console.error('SKIPPED: promtool is not installed (Debian: apt-get install prometheus); the alert rules were not run');
const skip = has_promtool ? false : 'promtool is not installed';
const promtool = (...args: string[]) => execFileSync('promtool', args, { cwd: FOLDER, encoding: 'utf8', stdio: 'pipe' });

test('Prometheus takes the rules', { skip }, () => {
  assert.match(promtool('check', 'rules', 'rules.yml'), new RegExp(`SUCCESS: ${rules.length} rules found`));
});

test('each alert is fired by what it stands for, and none by a service that is well', { skip }, () => {
  assert.match(promtool('test', 'rules', 'rules.test.yml'), /SUCCESS/);
});

test('each alert has a test of its own', () => {
  const { tests } = RuleTests.parse(parse(readFileSync(`${FOLDER}/rules.test.yml`, 'utf8')));
  assert.deepEqual(tests.map(({ name }) => name).sort(), [...alerts, 'all is well'].sort());
});

test('every series in a rule or on the dashboard is one that the service has', async () => {
  const named = [...rules, ...panels.flatMap(({ targets }) => targets)].flatMap(
    ({ expr }) => expr.match(/\b(tuodi|nodejs|process)_\w+/g) ?? [],
  );
  const known = new Set(await seriesOf());
  const strange = [...new Set(named)].filter((name) => !known.has(name) && !known.has(name.replace(/_(bucket|sum|count)$/, '')));
  assert.ok(named.length > 30);
  assert.deepEqual(strange, []);
  const own = [...known].filter((name) => name.startsWith('tuodi_') && name !== 'tuodi_info');
  assert.deepEqual(
    own.filter((name) => !named.some((one) => one.startsWith(name))),
    [],
    'series that nobody looks at',
  );
});

test('every alert has a row that says what it means, what to look at and what helps, in both languages', () => {
  for (const page of ['docs/operations.md', 'docs/zh/operations.md']) {
    const text = readFileSync(page, 'utf8');
    const lacking = alerts.filter((name) => !new RegExp(`^\\| \`${name}\` \\| [^|]+ \\| [^|]+ \\| [^|]+ \\|$`, 'm').test(text));
    assert.deepEqual(lacking, [], page);
  }
});

test('every alert has a row with its fault and with the test that plants it', () => {
  const page = readFileSync(`${FOLDER}/README.md`, 'utf8');
  const rows = [...page.matchAll(/^\| `(Tuodi\w+)` \| [^|]+ \| `(test\/\S+)` \|$/gm)];
  assert.deepEqual(rows.map(([, alert]) => alert).sort(), [...alerts].sort());
  for (const [, alert = '', file = ''] of rows) assert.ok(readFileSync(file, 'utf8').includes(alert), `${file}: ${alert}`);
});

/** Names of all series of a process, by a scrape while its database and queue are away. */
async function seriesOf(): Promise<string[]> {
  const metrics = createMetrics({ role: 'serve', version: '0' });
  const away = () => Promise.reject(new Error('away'));
  const overview = { statuses: away, lagsSince: away, oldestDue: away } as unknown as ReadingDeps['facts']['overview'];
  const facts = { overview, dead_letters: { groups: away }, outbox: { bounds: away } } as unknown as ReadingDeps['facts'];
  const queue = { depth: away, retries: away };
  metrics.reads({ facts, queue, parts: { list: () => [] }, feed: { position: () => 0 }, jobs: () => [], clock: systemClock() });
  const { text } = await metrics.scrape();
  metrics.close();
  return [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
}
