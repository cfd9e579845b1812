/**
 * `npm run bench -- search [texts]`: the embedded index at 100,000 generated texts: how fast it fills, how fast it answers each kind of
 * question, asked directly and over HTTP with its facts, and whether the event loop is free meanwhile.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { VERSION } from '../cli/project.ts';
import type { SearchAnswer } from '../contract/search.ts';
import type { Word } from '../contract/text.ts';
import { openSqliteIndex } from '../persistence/sqlite-index/open.ts';
import { hashedNgrams } from '../providers/hashed-ngrams.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { Change, Facts } from '../runtime/ports/facts.ts';
import type { IndexEntry, SearchIndex } from '../runtime/ports/search-index.ts';
import { change, commit, metadata } from '../test/ports/facts-rows.ts';
import { question } from '../test/worlds/entries.ts';
import { type HttpWorld, httpWorld } from '../test/worlds/http-world.ts';
import { type Ask, kindsOfQuestion, searchTable } from './search-kinds.ts';
import { at, entries, ORG, print, putsAlone, rounded, vectorOf } from './search-texts.ts';

const TEXTS = Number(process.argv[2] ?? 100_000);
const MADE_AT_ONCE = 2_000;
/** As many as the index step has at once, with some to spare, so that batches fill. */
const IN_FLIGHT = 64;
/** Changes of one commit. */
const CHANGES = 100;
/** Somebody looks at the newest pictures while others search. */
const LOOK_EVERY_MS = 25;

async function fill(index: SearchIndex, facts: Facts): Promise<Record<string, unknown>> {
  let writing = 0;
  const loop = { p99: 0, max: 0 };
  for (let from = 0; from < TEXTS; from += MADE_AT_ONCE) {
    const made = await entries(from, Math.min(MADE_AT_ONCE, TEXTS - from));
    for (let i = 0; i < made.length; i += CHANGES) await commit(facts, ...made.slice(i, i + CHANGES).map(changeOf));
    await sleep(20); // making the texts held the loop up, and is no work of the index
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const began = performance.now();
    for (let i = 0; i < made.length; i += IN_FLIGHT) await Promise.all(made.slice(i, i + IN_FLIGHT).map((one) => index.put(one)));
    writing += performance.now() - began;
    delay.disable();
    loop.p99 = Math.max(loop.p99, rounded(delay.percentile(99) / 1e6));
    loop.max = Math.max(loop.max, rounded(delay.max / 1e6));
  }
  return { texts: TEXTS, per_second: Math.round((TEXTS * 1_000) / writing), loop_ms: loop };
}

/** A picture that was read and indexed, as its facts are. */
function changeOf({ org_id, resource_id, saved }: IndexEntry): Change {
  const owned = { resource_id, org_id, at: saved.created_at };
  const [recognition_id, text_id] = [`recognition-${resource_id}`, `text-${resource_id}`];
  const text = saved.pages[0]?.text ?? '';
  const pages = [{ page: 1, width: 1_000, height: 1_400, text, confidence: 0.9, words: wordsOf(text) }];
  const state = {
    status: 'INDEXED',
    phase: 'ready',
    searchable: true,
    rests: true,
    indexed_revision: 1,
    has_vector: true,
  } as const;
  const { title, tags, created_at } = saved;
  return change(resource_id, {
    org_id,
    resource: { ...state, recognition_id, text_id, created_at, page_count: 1 },
    writes: [
      { into: 'metadata', row: { ...owned, metadata: metadata({ title, tags }) } },
      { into: 'recognitions', row: { ...owned, recognition_id, engine: 'bench', pages } },
      { into: 'texts', row: { ...owned, text_id, revision: 1, recognition_id, correction_id: null, saved } },
    ],
    outbox: [],
  });
}

/** As recognition gives them: words, and Han in short runs. */
const wordsOf = (text: string): Word[] =>
  (text.match(/\p{Script=Han}{1,3}|[^\s\p{Script=Han}]+/gu) ?? []).map((word, i) => ({
    text: word,
    ...{ confidence: 0.95, x: 0.05 + (i % 10) * 0.09, y: 0.05 + Math.floor(i / 10) * 0.03, w: 0.08, h: 0.02 },
  }));

const direct =
  (index: SearchIndex): Ask =>
  async (typed, mode, facets) => {
    const vector = mode === 'text' ? null : await vectorOf(typed);
    const asked = question(typed, { mode, vector, facets: facets ? ['tag', 'year'] : [] });
    return (await index.search({ org_id: ORG }, asked)).total;
  };

const overHttp =
  ({ call }: HttpWorld): Ask =>
  async (typed, mode, facets) => {
    const asked = new URLSearchParams({ q: typed, mode, ...(facets ? { facets: 'tag,year' } : {}) });
    const { json } = await call('GET', `/v1/search?${asked}`);
    return (json as SearchAnswer).total; // our own answer
  };

/** The others' requests, until told to stop. */
async function looking({ call }: HttpWorld, stop: AbortSignal): Promise<number[]> {
  const took: number[] = [];
  while (!stop.aborted) {
    const began = performance.now();
    await call('GET', '/v1/resources?limit=20');
    took.push(performance.now() - began);
    await sleep(LOOK_EVERY_MS);
  }
  return took.sort((a, b) => a - b);
}

const date = new Date().toISOString().slice(0, 10);
console.log(`tuodi ${VERSION}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${date}, ${TEXTS} texts\n`);
const dir = await mkdtemp(join(tmpdir(), 'tuodi-bench-'));
const path = join(dir, 'search.sqlite');
const index = await openSqliteIndex(path, { clock: systemClock() });
const world = await httpWorld({ index, embedder: hashedNgrams() });
try {
  print({ measured: 'build', ...(await fill(index, world.facts)), file_mb: Math.round((await stat(path)).size / 1e6) });
  await putsAlone(index, TEXTS);
  const kinds = kindsOfQuestion();
  for (const { typed } of kinds) await direct(index)(typed[0] ?? '', 'text', true); // to warm up
  console.log('\nThe index alone, one question at a time (ms)');
  await searchTable(direct(index), kinds);
  console.log('\n`GET /v1/search` with 50 hits, their passages and boxes, while others list pictures (ms)');
  const stop = new AbortController();
  const others = looking(world, stop.signal);
  await searchTable(overHttp(world), kinds);
  stop.abort();
  const took = await others;
  print({ measured: 'lists of others meanwhile', requests: took.length, p50_ms: at(took, 0.5), p99_ms: at(took, 0.99) });

  await index.close();
  const began = performance.now();
  const again = await openSqliteIndex(path, { clock: systemClock() });
  print({ measured: 'open', ms: Math.round(performance.now() - began), rss_mb: Math.round(process.memoryUsage().rss / 1e6) });
  await again.close();
} finally {
  await world.stop();
  await index.close();
  await rm(dir, { recursive: true, force: true });
}
