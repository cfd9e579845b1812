/**
 * `npm run bench -- rows [largest]`: what readers, the sweep, verify and quotas ask of the facts, with 1,000 to 100,000 pictures there, in
 * one run. Flat means that a service may grow. On SQLite, or where TUODI_DATABASE_URL names an empty MariaDB, there: then with up to
 * `largest`, copied in the database from the first 10,000, and with the plan of each statement at the end.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { VERSION } from '../cli/project.ts';
import { STATUSES } from '../contract/statuses.ts';
import { openMysqlFacts } from '../persistence/mysql/facts.ts';
import { openSqliteFacts } from '../persistence/sqlite/facts.ts';
import { NO_USAGE } from '../runtime/accounts/usage.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { Change, Facts } from '../runtime/ports/facts.ts';
import { AT, change, commit, ORG } from '../test/ports/facts-rows.ts';
import { quantile } from './measure.ts';
import { copiesUntil, DIGITS, PREFIX, plansOf } from './rows-fill.ts';

const [largest = 100_000] = process.argv.slice(2).map(Number);
const SIZES = [1_000, 10_000, 100_000, 1_000_000].filter((size) => size <= largest);
/** So many are committed as the service does; more are copies. */
const COMMITTED = 10_000;
const BATCH = 100;
/** At most so often, and for so long once it was often enough for a median. */
const TIMES = 200;
const [ENOUGH, ENOUGH_MS] = [20, 4_000];
/** One in so many pictures is due for the sweep at any time. */
const DUE_SHARE = 100;
const PICTURES_A_BATCH = 100;
const MINUTE_MS = 60_000;
const KEY = 'key-of-the-bench';
const scope = { org_id: ORG };

/** Pictures as a library has them: nearly all INDEXED, a few of every other status, in batches, one in ten tagged. */
function pictureOf(n: number): Change {
  const { status, phase } = (n % 20 === 0 ? STATUSES[(n / 20) % STATUSES.length] : null) ?? {
    status: 'INDEXED' as const,
    phase: 'ready' as const,
  };
  const id = idOf(n);
  const created_at = AT + n * 1_000;
  const metadata = { title: `picture ${(n * 7_919) % 100_003}`, description: null, tags: n % 10 === 0 ? ['receipt'] : [] };
  const row = { resource_id: id, org_id: ORG, at: AT, metadata: { ...metadata, taken_at: null, languages: [], extra: {} } };
  return change(id, {
    resource: { status, phase, created_at, batch_id: `batch-${Math.floor(n / PICTURES_A_BATCH)}`, sha256: `${n}` },
    next_due_at: n % DUE_SHARE === 0 ? AT : AT + 365 * 24 * 60 * MINUTE_MS,
    writes: [{ into: 'metadata', row }],
    usage: ONE_PICTURE,
  });
}
/** As a new picture is counted, and looked at beside quotas that it is within. */
const UNLIMITED = { pictures: 1e9, bytes: 1e15, awaited: 1e9, announced: 1e15 };
const ONE_PICTURE = { add: { ...NO_USAGE, pictures: 1, bytes: 1 }, quota: UNLIMITED };
/** New pictures of the questions that commit some: they are not in the list of those asked for. */
let extra = 0;
const addOne = (facts: Facts, usage: Change['usage']) => {
  extra += 1;
  return commit(facts, change(`extra-${extra}`, { org_id: ORG, ...(usage ? { usage } : {}) }));
};

const idOf = (n: number) => `${PREFIX}${String(n).padStart(DIGITS, '0')}`;
/** Each by its own number, so that each is at the first of its places. */
const moved = new Map<number, number>();
const moveOne = (facts: Facts, n: number) => {
  const expected_seq = (moved.get(n) ?? 0) + 1;
  moved.set(n, expected_seq);
  return commit(facts, change(idOf(n), { expected_seq, resource: { status: 'INDEXED', phase: 'ready', sha256: `${n}` } }));
};

/** What is asked, often enough to have a 99th percentile. `n` varies what is looked for. */
const QUESTIONS: Record<string, (facts: Facts, n: number, size: number) => Promise<unknown>> = {
  'list, newest': (facts) => facts.resources.list(scope, {}, { sort: '-created_at', after: null, limit: 50 }),
  'list, from the middle': (facts, n, size) =>
    facts.resources.list(
      scope,
      {},
      { sort: '-created_at', after: { key: AT + (size / 2 + n) * 1_000, resource_id: '' }, limit: 50 },
    ),
  'list, failed': (facts) => facts.resources.list(scope, { phase: ['failed'] }, { sort: '-created_at', after: null, limit: 50 }),
  'list, by title': (facts) => facts.resources.list(scope, {}, { sort: 'title', after: null, limit: 50 }),
  'list, tagged': (facts) => facts.resources.list(scope, { tag: ['receipt'] }, { sort: '-created_at', after: null, limit: 50 }),
  counts: (facts) => facts.resources.counts(scope, {}),
  'counts by month': (facts) => facts.resources.countsByMonth(scope, {}, 0),
  'counts, one batch': (facts, n) => facts.resources.counts(scope, { batch_id: [`batch-${n % 10}`] }),
  'same bytes': (facts, n) => facts.resources.alive(scope, `${n}`),
  'quota, a look': (facts) => facts.usage.get(scope),
  'commit of a new picture, counted for its quota': (facts) => addOne(facts, ONE_PICTURE),
  'commit of a new picture, not counted': (facts) => addOne(facts, undefined),
  'link, its key and its picture': async (facts, n) => {
    await facts.accounts.key(KEY);
    await facts.resources.get(scope, idOf(n));
  },
  'a commit that moves a picture': (facts, n) => moveOne(facts, n),
  'verify, a page of 200': (facts, n, size) =>
    facts.verification.page(scope, { after: idOf(Math.floor(size / 2) + n), to: null, limit: 200 }),
  'overview, counts by status': (facts) => facts.overview.statuses(scope),
  'overview, what is late': (facts) => facts.overview.dueBefore(scope, AT + 1, 20),
  'sweep, nothing due': (facts) => facts.instances.claimDue({ now: AT - 1, until: AT, limit: 100 }),
  'sweep, 10 due': (facts, n) => facts.instances.claimDue({ now: AT + n, until: AT + n, limit: 10 }),
};

async function times(ask: (n: number) => Promise<unknown>): Promise<{ p50: number; p99: number }> {
  const took: number[] = [];
  const until = performance.now() + ENOUGH_MS;
  for (let n = 0; n < TIMES && (n < ENOUGH || performance.now() < until); n++) {
    const began = performance.now();
    await ask(n);
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
}

console.log(
  `tuodi ${VERSION}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}\n`,
);
const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-bench-'));
const url = process.env.TUODI_DATABASE_URL;
const facts = url ? await openMysqlFacts({ url, clock: systemClock() }) : await openSqliteFacts(dir);
await facts.accounts.ensure({ org_id: ORG, name: ORG, user_id: 'user', user_name: 'user', at: AT });
await facts.accounts.addKey({
  ...{ key_id: KEY, org_id: ORG, user_id: 'user', name: 'bench', role: 'admin', secret_hash: 'x'.repeat(64) },
  ...{ installation: false, created_at: AT, expires_at: null, revoked_at: null },
});
const table = new Map<string, string[]>(Object.keys(QUESTIONS).map((name) => [name, []]));
let there = 0;
for (const size of SIZES) {
  const committed = url ? Math.min(size, COMMITTED) : size;
  for (; there < committed; there += BATCH) {
    const changes = Array.from({ length: BATCH }, (_, i) => pictureOf(there + i));
    for (const answer of await facts.commit(changes)) if (answer.outcome !== 'committed') throw new Error(answer.outcome);
  }
  if (url && there < size) await copiesUntil(url, COMMITTED, there, size);
  there = size;
  for (const [name, ask] of Object.entries(QUESTIONS)) {
    const figures = await times((n) => ask(facts, n, size)).catch((error: unknown) => String(error).slice(-40));
    const shown = typeof figures === 'string' ? figures : `${figures.p50.toFixed(2)} / ${figures.p99.toFixed(2)}`;
    table.get(name)?.push(shown);
    process.stderr.write(`${size} ${name}: ${shown}\n`);
  }
}
console.log(
  `p50 / p99 ms, ${ENOUGH} to ${TIMES} times each\n| | ${SIZES.map((size) => `${size.toLocaleString('en')} pictures`).join(' | ')} |\n|---|${SIZES.map(() => '---|').join('')}`,
);
for (const [name, figures] of table) console.log(`| ${name} | ${figures.join(' | ')} |`);
if (url) {
  console.log('\n| | plan |\n|---|---|');
  for (const [name, ask] of Object.entries(QUESTIONS))
    console.log(`| ${name} | ${(await plansOf(url, () => ask(facts, TIMES + 1, there))).join('; ')} |`);
}
await facts.close();
await rm(dir, { recursive: true });
