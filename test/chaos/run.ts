/**
 * `npm run suite -- chaos [--seconds 120 --resources 1000 --waiting 200 --seed 2026]`: two services and two workers on real servers
 * under a fault a second, with at least so many pictures waiting, people who change them meanwhile, and a reader of events. Then all
 * comes to rest, and every store is compared with what people were promised. Exit code 1 if anything was lost, stuck, wrong or twice.
 */
import { parseArgs } from 'node:util';
import { seeded } from '../worlds/texts.ts';
import { allChecks, database, type Finding, unsettled } from './checks.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { readAllEvents } from './events.ts';
import { pick } from './faults.ts';
import { type People, people } from './people.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    resources: { type: 'string', default: '1000' },
    waiting: { type: 'string', default: '200' },
    seed: { type: 'string', default: '2026' },
    settle: { type: 'string', default: '900' },
  },
});
const [seconds, resources, waiting, seed, settle_s] = [
  values.seconds,
  values.resources,
  values.waiting,
  values.seed,
  values.settle,
].map(Number);
const FAULT_EVERY_MS = 1_000;
const LOOK_EVERY_MS = 250;
/** Acts of people a second, beside what they add. */
const ACTS_A_LOOK = 1;
const ADDS_AT_ONCE = 24;
/** Shares of the number that must wait: below the first the engine is held, up to the second pictures are added. */
const HELD_BELOW = 1.2;
const ADDED_UP_TO = 1.6;

const print = (line: string) => console.log(line);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function faultsFor(cluster: Cluster, random: () => number, over: () => boolean): Promise<Record<string, number>> {
  const done: Record<string, number> = {};
  const under_way: Promise<void>[] = [];
  while (!over()) {
    const fault = pick(random);
    done[fault.name] = (done[fault.name] ?? 0) + 1;
    under_way.push(
      fault.does(cluster, random).catch((error: unknown) => print(`a fault failed itself: ${fault.name}: ${String(error)}`)),
    );
    await pause(FAULT_EVERY_MS);
  }
  await Promise.all(under_way);
  return done;
}

type Crowd = { crowded: People; waitingNow: () => Promise<number>; over: () => boolean; filled: () => void };
/**
 * Adds so many that at least `waiting` are at work until the faults are over, and all `resources` at the least: the engine is held
 * while fewer wait. Calls `filled` once they are there. Returns the least that waited from then on.
 */
async function crowd({ engine }: Cluster, { crowded, waitingNow, over, filled: begin_faults }: Crowd): Promise<number> {
  const adding = new Set<Promise<void>>();
  const acting = new Set<Promise<void>>();
  const begin = (set: Set<Promise<void>>, work: Promise<void>) => {
    const kept = work.finally(() => set.delete(kept));
    set.add(kept);
  };
  let least = Number.POSITIVE_INFINITY;
  let begun = 0;
  let filled = false;
  while (!over() || begun < (resources ?? 0)) {
    const now = await waitingNow().catch(() => null);
    if (now !== null) {
      if (!filled && now >= (waiting ?? 0)) begin_faults();
      filled ||= now >= (waiting ?? 0);
      engine.held = !over() && now < (waiting ?? 0) * HELD_BELOW;
      if (filled && !over()) least = Math.min(least, now);
    }
    while (adding.size < ADDS_AT_ONCE && (now ?? 0) + adding.size < (waiting ?? 0) * ADDED_UP_TO) {
      begin(adding, crowded.add());
      begun += 1;
    }
    for (let i = 0; i < ACTS_A_LOOK && !over(); i++) begin(acting, crowded.act());
    await pause(LOOK_EVERY_MS);
  }
  await Promise.all([...adding, ...acting]);
  return least;
}

async function settle(unsettledNow: () => Promise<string[]>): Promise<void> {
  const began = performance.now();
  const passed_s = () => (performance.now() - began) / 1_000;
  for (let left = await unsettledNow(); left.length > 0; left = await unsettledNow()) {
    if (passed_s() > (settle_s ?? 0)) {
      print(`not at rest after ${settle_s} s: ${left.length}, among them ${left.slice(0, 5).join('; ')}`);
      break;
    }
    await pause(1_000);
  }
  print(`at rest ${passed_s().toFixed(0)} s after the last fault`);
}

function report(findings: Finding[], { unexpected }: People): void {
  for (const text of unexpected.slice(0, 5)) print(`500: ${text}`);
  print(`replies with status 500: ${unexpected.length}`);
  for (const { check, count, examples } of findings)
    print(`${String(count).padStart(5)}  ${check}${count > 0 ? `: ${examples.join('; ')}` : ''}`);
}

async function main(): Promise<number> {
  const random = seeded(seed ?? 0);
  const cluster = await startCluster(random);
  const db = await database(cluster);
  try {
    const crowded = people(cluster, random);
    const events = readAllEvents(cluster.url, cluster.api_key);
    let began: number | null = null;
    const over = () => began !== null && performance.now() - began > (seconds ?? 0) * 1_000;
    const reviving = setInterval(
      () => void cluster.revive().then((roles) => roles.length > 0 && print(`ended by themselves: ${roles}`)),
      FAULT_EVERY_MS,
    );
    const waitingNow = async () => Number((await db.ask("SELECT count(*) AS n FROM resources WHERE phase = 'working'"))[0]?.n);
    let filled: () => void = () => undefined;
    const full = new Promise<void>((resolve) => {
      filled = resolve;
    });
    const breaking = full.then(() => {
      began = performance.now();
      return faultsFor(cluster, random, over);
    });
    const [least, faults] = await Promise.all([crowd(cluster, { crowded, waitingNow, over, filled }), breaking]);
    cluster.engine.held = false;
    clearInterval(reviving);
    await cluster.revive();
    await cluster.whole();
    print(`faults: ${JSON.stringify(faults)}`);
    print(`people: ${JSON.stringify(crowded.counts)}; pictures ${crowded.ledger.size}; at least ${least} waited`);
    print(`engine: ${JSON.stringify(cluster.engine.counts)}; submissions ${cluster.engine.engine.submissions}`);
    await settle(() => unsettled(db.ask, crowded));
    await pause(3_000); // the reader of events has two looks more
    const read = events.ids();
    await events.stop();
    print(`events read: ${read.length}, the stream was cut ${events.cuts()} times, resets ${events.resets()}`);
    const findings = await allChecks(cluster, crowded, read, db.ask);
    report(findings, crowded);
    return findings.every(({ count }) => count === 0) ? 0 : 1;
  } finally {
    await db.end().catch(() => undefined); // the run's own connection
    await cluster.stop();
  }
}

process.exitCode = await main();
process.exit();
