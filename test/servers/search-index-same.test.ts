/** The embedded index and Elasticsearch, filled with the same texts and asked the same: what both find, and what is first. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { SAMPLES } from '../../cli/project.ts';
import { openSqliteIndex } from '../../persistence/sqlite-index/open.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import type { IndexEntry, SearchIndex } from '../../runtime/ports/search-index.ts';
import type { SavedText } from '../../runtime/ports/texts.ts';
import { drawPhrases } from '../samples/phrases.ts';
import { entry, MODEL, question, saved } from '../worlds/entries.ts';
import { hashedNgrams } from '../worlds/hashed-ngrams.ts';
import { savedText, seeded } from '../worlds/texts.ts';
import { aliasOfTest, clientOf, dropIndexes, elasticsearchUrl, openAt, printServer } from './search-world.ts';

const SEED = 2026;
const OTHERS = 2_000;
const PHRASES_A_SAMPLE = 20;
const ORG = 'org';
/** More than any of these questions finds: all of it is compared. */
const ALL = 2_200;

const Truth = z.record(z.string(), z.object({ lines: z.array(z.object({ text: z.string() })) }));
const embedder = hashedNgrams();
const linesOf = ({ title, pages }: SavedText): string[] => [title ?? '', ...pages.flatMap(({ text }) => text.split('\n'))];
const wholeOf = (text: SavedText): string => [...linesOf(text), ...text.tags].join('\n');

async function vectorOf(text: string): Promise<Float32Array | null> {
  return (await embedder.embed([text], new AbortController().signal))[0] ?? null;
}

/** asked: questions; sets: both find the same entries; first: the same one first, of all and of those with more than one hit. */
type Compared = { asked: number; sets: number; first: number; several: number; first_of_several: number; differ: string[] };

describe(`the same ${OTHERS} texts and the samples in both indexes (seed ${SEED})`, () => {
  const entries: IndexEntry[] = [];
  const samples: SavedText[] = [];
  let [sqlite, elastic]: SearchIndex[] = [];
  let folder: string;
  const alias = aliasOfTest();
  const url = elasticsearchUrl();

  before(async () => {
    const client = clientOf(url);
    await printServer(client);
    await client.close();
    const random = seeded(SEED);
    const truth = Truth.parse(JSON.parse(await readFile(path.join(SAMPLES, 'truth.json'), 'utf8')));
    for (const [filename, { lines }] of Object.entries(truth))
      samples.push(saved(lines.map(({ text }) => text).join('\n'), { title: 'a picture', filename }));
    const texts = [...samples, ...Array.from({ length: OTHERS }, () => savedText(random))];
    for (const [i, text] of texts.entries())
      entries.push(entry(ORG, `r${String(i).padStart(6, '0')}`, text, { vector: await vectorOf(wholeOf(text)) }));
    folder = await mkdtemp(path.join(tmpdir(), 'tuodi-same-'));
    sqlite = await openSqliteIndex(path.join(folder, 'search.sqlite'), { clock: systemClock(), model: MODEL });
    elastic = await openAt(url, alias);
    for (const index of [sqlite, elastic]) await Promise.all(entries.map((one) => index.put(one)));
  });
  after(async () => {
    await sqlite?.close();
    await elastic?.close();
    await rm(folder, { recursive: true, force: true });
    const client = clientOf(url);
    await dropIndexes(client, alias);
    await client.close();
  });

  async function compared(typed: string[]): Promise<Compared> {
    const result: Compared = { asked: 0, sets: 0, first: 0, several: 0, first_of_several: 0, differ: [] };
    for (const one of typed) {
      const asked = question(one, { limit: ALL });
      const pages = await Promise.all([sqlite, elastic].map((index) => index?.search({ org_id: ORG }, asked)));
      const [ours, theirs] = pages.map((page) => page?.hits.map(({ resource_id }) => resource_id) ?? []);
      assert.ok(ours && theirs);
      const same = [...ours].sort().join() === [...theirs].sort().join() && pages[0]?.total === pages[1]?.total;
      const first = ours[0] === theirs[0];
      result.asked += 1;
      result.sets += Number(same);
      result.first += Number(first);
      result.several += Number(ours.length > 1);
      result.first_of_several += Number(ours.length > 1 && first);
      if (!same || !first) result.differ.push(`${one} (${ours.length}, ${theirs.length})`);
    }
    return result;
  }
  const notified = (name: string, { asked, sets, first, several, first_of_several }: Compared): void =>
    console.log(`# ${[name, asked, sets, first, several, first_of_several].join(' | ')}`);

  /** Phrases of `texts` that no other text has. */
  function ownOf(texts: SavedText[], max: number): string[] {
    const all = entries.map((one) => wholeOf(one.saved));
    return texts.flatMap((text) => {
      const elsewhere = all.filter((one) => one !== wholeOf(text));
      return drawPhrases(linesOf(text), elsewhere, seeded(SEED), max);
    });
  }
  /** Phrases of `texts` that others may have too. */
  const sharedOf = (texts: SavedText[], max: number): string[] =>
    texts.flatMap((text) => drawPhrases(linesOf(text), [], seeded(SEED + 1), max));

  test('phrases that only one text has: the same set, and the same first', async () => {
    console.log('# questions | asked | same set | same first | with several hits | of these same first');
    const phrases = ownOf(samples, PHRASES_A_SAMPLE);
    const others = ownOf(
      entries.slice(samples.length, samples.length + 20).map((one) => one.saved),
      10,
    );
    for (const [name, typed] of [
      ['phrases of the samples', phrases],
      ['phrases of the samples, quoted', phrases.map((one) => `"${one}"`)],
      ['phrases of other texts, quoted', others.map((one) => `"${one}"`)],
      ['phrases of other texts', others],
    ] as const) {
      const result = await compared([...typed]);
      notified(name, result);
      assert.ok(result.asked > 100, `${result.asked} phrases`);
      assert.equal(result.sets, result.asked, result.differ.join(', '));
      assert.equal(result.first, result.asked, result.differ.join(', '));
    }
  });

  test('phrases that others have too: the same set, and the same first', async () => {
    const shared = sharedOf(
      entries.slice(0, samples.length + 50).map((one) => one.saved),
      3,
    );
    for (const [name, typed] of [
      ['shared phrases, being typed', shared],
      ['shared phrases, typed', shared.map((one) => `${one} `)],
      ['shared phrases, quoted', shared.map((one) => `"${one}"`)],
      ['beginnings of words', shared.filter((one) => /^[A-Za-z]/.test(one)).map((one) => one.slice(0, 3))],
      ['two, and not a third', shared.slice(2).map((one, i) => `${one} -${shared[i]?.split(' ')[0]}`)],
      ['one character', [...'的一是中手机票据合同铁价严']],
    ] as const) {
      const result = await compared([...typed]);
      notified(name, result);
      assert.equal(result.sets, result.asked, result.differ.join(', '));
      assert.equal(result.first, result.asked, result.differ.join(', '));
    }
  });
});
