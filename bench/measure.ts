/** What benches have in common: lanes that work at once, an open loop, and figures in a row. */
import { setTimeout as sleep } from 'node:timers/promises';

export type Figures = { per_second: number; p50: number; p99: number; cpu_ms: number };
/** What an item costs the servers: commands that Redis ran, also those inside of scripts; and SQL statements. */
export type ServerCosts = { redis_commands: number; sql_statements: number };

export const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;

/** So many at once, each lane with its next when the last is done. Times in ms; `cpu_ms`: of this process, an item. */
export async function closedLoop(items: number, in_flight: number, work: (n: number) => Promise<void>): Promise<Figures> {
  const numbers = Array.from({ length: items }, (_, i) => i).values();
  const took: number[] = [];
  const lane = async () => {
    for (const n of numbers) {
      const at = performance.now();
      await work(n);
      took.push(performance.now() - at);
    }
  };
  return measured(items, took, () => Promise.all(Array.from({ length: in_flight }, lane)));
}

/** One begins every 1/`rate` seconds, whether those before it are done or not: what waits is counted in. */
export async function openLoop(items: number, rate: number, work: (n: number) => Promise<void>): Promise<Figures> {
  const took: number[] = [];
  const began = performance.now();
  const one = async (n: number) => {
    const due = began + (n * 1_000) / rate;
    await sleep(Math.max(0, due - performance.now()));
    await work(n);
    took.push(performance.now() - due);
  };
  return measured(items, took, () => Promise.all(Array.from({ length: items }, (_, n) => one(n))));
}

async function measured(items: number, took: number[], run: () => Promise<unknown>): Promise<Figures> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await run();
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  took.sort((a, b) => a - b);
  return {
    per_second: items / seconds,
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    cpu_ms: (user + system) / 1_000 / items,
  };
}

/** The figures of `work`, with what each of its `items` cost the servers. `read`: counters of the servers. */
export async function withCosts<F extends Figures>(
  items: number,
  read: () => Promise<ServerCosts>,
  work: () => Promise<F>,
): Promise<F & ServerCosts> {
  const before = await read();
  const figures = await work();
  const after = await read();
  const each = (name: keyof ServerCosts) => (after[name] - before[name]) / items;
  return { ...figures, redis_commands: each('redis_commands'), sql_statements: each('sql_statements') };
}

export const COSTS_HEAD =
  '| in flight | items/s | p50 ms | p99 ms | CPU ms an item | Redis commands an item | SQL statements an item |\n|---|---|---|---|---|---|---|';
export const costsRow = (name: string | number, figures: Figures & ServerCosts): string =>
  `${row(name, figures)} ${figures.redis_commands.toFixed(1)} | ${figures.sql_statements.toFixed(1)} |`;

export const HEAD = '| in flight | items/s | p50 ms | p99 ms | CPU ms an item |\n|---|---|---|---|---|';
export const row = (name: string | number, { per_second, p50, p99, cpu_ms }: Figures): string =>
  `| ${name} | ${[per_second, p50, p99, cpu_ms].map((figure) => figure.toFixed(1)).join(' | ')} |`;
