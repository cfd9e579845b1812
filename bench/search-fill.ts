/** A data folder with generated texts, as a service leaves one: their facts, and their entries in the embedded index. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Word } from '../contract/text.ts';
import { openSqliteFacts } from '../persistence/sqlite/facts.ts';
import { openSqliteIndex } from '../persistence/sqlite-index/open.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { Change } from '../runtime/ports/facts.ts';
import type { IndexEntry } from '../runtime/ports/search-index.ts';
import { change, commit, metadata } from '../test/ports/facts-rows.ts';
import { entries, print, putsAlone } from './search-texts.ts';

const MADE_AT_ONCE = 2_000;
/** As many as the index step has at once, with some to spare, so that batches fill. */
const IN_FLIGHT = 64;
/** Changes of one commit. */
const CHANGES = 100;

/** Prints how fast the index takes them, and how large its file is. */
export async function fill(folder: string, texts: number): Promise<void> {
  const file = join(folder, 'search.sqlite');
  const facts = await openSqliteFacts(folder);
  const index = await openSqliteIndex(file, { clock: systemClock() });
  const indexed_in = await index.identity();
  let writing = 0;
  try {
    for (let from = 0; from < texts; from += MADE_AT_ONCE) {
      const made = await entries(from, Math.min(MADE_AT_ONCE, texts - from), false);
      for (let i = 0; i < made.length; i += CHANGES)
        await commit(facts, ...made.slice(i, i + CHANGES).map((one) => changeOf(one, indexed_in)));
      const began = performance.now();
      for (let i = 0; i < made.length; i += IN_FLIGHT)
        await Promise.all(made.slice(i, i + IN_FLIGHT).map((one) => index.put(one)));
      writing += performance.now() - began;
    }
    const bytes = (await stat(file)).size;
    const size = { file_mb: Math.round(bytes / 1e6), bytes_a_text: Math.round(bytes / texts) };
    print({ measured: 'build', texts, per_second: Math.round((texts * 1_000) / writing), ...size });
    await putsAlone(index, texts, false);
  } finally {
    await index.close();
    await facts.close();
  }
}

const PLACES = { pipeline: { indexing: 'INDEXED' }, text_first: 'idle', picture: 'viewable', search: 'searchable' };
const AT_REST = { version: '2', snapshot: { value: PLACES, context: { revision: 1 }, status: 'active' } };
/** A picture that was read and indexed, as its facts are. */
function changeOf({ org_id, resource_id, saved }: IndexEntry, indexed_in: string): Change {
  const owned = { resource_id, org_id, at: saved.created_at };
  const [recognition_id, text_id] = [`recognition-${resource_id}`, `text-${resource_id}`];
  const text = saved.pages[0]?.text ?? '';
  const pages = [{ page: 1, width: 1_000, height: 1_400, text, confidence: 0.9, words: wordsOf(text) }];
  const state = {
    ...({ status: 'INDEXED', phase: 'ready', searchable: true, rests: true, indexed_revision: 1, indexed_in } as const),
    ...{ filename: saved.filename, allowed_events: [] },
  };
  const { title, tags, created_at } = saved;
  return change(resource_id, {
    org_id,
    instance: AT_REST,
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
