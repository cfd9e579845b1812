/** Which alerts of docs/monitoring fire by what a service says of itself: two scrapes, as if what happens between them went on for hours. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { letPass } from './wait.ts';

const RULES = path.resolve('docs/monitoring/rules.yml');
/** A reading is kept for 5 s by whoever is scraped. */
const BETWEEN_MS = 5_500;
const MINUTES = 150;

/** series: values by series, as `name{labels}`. at: monotonic, in ms. */
export type Scrape = { at: number; series: ReadonlyMap<string, number> };
/** `up` is what Prometheus says of a scrape: 0 when nobody answers. */
export async function scrape(url: string, key: string): Promise<Scrape> {
  const at = performance.now();
  const up = 'up{job="tuodi",instance="a"}';
  try {
    const answer = await fetch(`${url}/metrics`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) return { at, series: new Map([[up, 0]]) };
    const lines = (await answer.text()).split('\n').filter((line) => /^[a-z]/.test(line));
    const rows = lines.map((line): [string, number] => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]);
    return { at, series: new Map([[up, 1], ...rows]) };
  } catch {
    return { at, series: new Map([[up, 0]]) };
  }
}

/** What is scraped before and after `meanwhile`, far enough apart. */
export async function twoScrapes(
  { url, key }: { url: string; key: string },
  meanwhile: () => Promise<void> = async () => {},
): Promise<[Scrape, Scrape]> {
  const first = await scrape(url, key);
  await meanwhile();
  const left = BETWEEN_MS - (performance.now() - first.at);
  await letPass(Math.max(0, left), 'a reading is shared by scrapes within 5 s');
  return [first, await scrape(url, key)];
}

/** Series that go on growing; the others are states, and stay what they were last. */
const GROWS = /^\w+_(total|seconds|messages|bucket|sum|count)\b/;

/** A series that grew goes on at its pace, from what it was last; one that stood still, or fell, stays. */
function goneOn([first, second]: [Scrape, Scrape]): { series: string; values: string }[] {
  const minutes = (second.at - first.at) / 60_000;
  return [...second.series]
    .filter(([, value]) => Number.isFinite(value))
    .map(([series, value]) => {
      const before = first.series.get(series) ?? (/_total\b/.test(series) ? 0 : value); // a counter that is new has counted from 0
      const pace = GROWS.test(series) ? Math.max(0, (value - before) / minutes) : 0;
      return { series, values: `${value.toFixed(3)}+${pace.toFixed(3)}x${MINUTES}` };
    });
}

/** The names of those of `alerts` that fire in the end, by the rules as they are. */
export function firing(alerts: readonly string[], scrapes: [Scrape, Scrape]): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-alerts-'));
  try {
    const wanted = alerts.map((name) => ({
      expr: `count(ALERTS{alertname="${name}",alertstate="firing"}) > bool 0`,
      eval_time: `${MINUTES}m`,
      exp_samples: [{ labels: '{}', value: 1 }],
    }));
    const tests = [{ interval: '1m', input_series: goneOn(scrapes), promql_expr_test: wanted }];
    const file = path.join(folder, 'test.yml');
    writeFileSync(file, stringify({ rule_files: [RULES], evaluation_interval: '1m', tests }));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    const said = `${stdout}${stderr}`;
    const quiet = [...said.matchAll(/alertname=\\?"(\w+)\\?"[\s\S]*?got: *nil/g)].map(([, name]) => name);
    if (status !== 0 && quiet.length === 0) throw new Error(`promtool: ${said}`);
    return alerts.filter((name) => !quiet.includes(name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
