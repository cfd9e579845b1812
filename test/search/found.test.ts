/** What is understood is found: over a collection whose relevance is known by construction, on the embedded index. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openSqliteIndex } from '../../persistence/sqlite-index/open.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { collection } from './collection.ts';
import { fill, listsOf, rowsOf, tableOf } from './measures.ts';
import { queriesOf } from './queries.ts';

const SEED = 20261129;
const [DOCUMENTS, QUERIES_A_KIND] = [500, 10];
/** The least recall of the first ten hits. Documents with many slips are among those that must be found, and so no bound is 1; a slip within a date is not mended. */
const LEAST: Record<string, number> = {
  ...{
    'company zh': 0.98,
    'company en': 0.94,
    'person zh': 0.94,
    'person en': 0.94,
    'person en, quoted': 0.8,
    pinyin: 0.94,
    '2 han': 0.98,
    prefix: 0.98,
    'file name': 0.98,
  },
  ...{ number: 0.95, code: 0.95, 'date, digits': 0.7, 'date, words': 0.8, 'date, other language': 0.9 },
  ...{ amount: 0.9, 'amount, capitals': 0.9, 'nothing there': 0.98 },
  ...{ 'name and thing, no space zh': 0.88, 'one word too many': 0.88, 'question zh': 0.88, 'question en': 0.88 },
  ...{ 'typo en': 0.97, 'typo zh': 0.88, 'compound zh, parts apart': 0.88, 'two words, any order': 0.9, month: 0.9 },
  ...{
    'mixed, no space': 0.98,
    'ocr noise code': 0.98,
    'ocr noise zh phrase': 0.65,
    'ocr noise en': 0.65,
    'split word en': 0.85,
  },
};

test(`each kind that words can answer is found (seed ${SEED})`, async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-found-'));
  const index = await openSqliteIndex(path.join(folder, 'search.sqlite'), { clock: systemClock() });
  t.after(async () => {
    await index.close();
    await rm(folder, { recursive: true });
  });
  const documents = collection(SEED, DOCUMENTS);
  await fill(index, documents);
  const asked = queriesOf(documents, { seed: SEED, each: QUERIES_A_KIND });
  const rows = rowsOf(asked, await listsOf(index, documents, asked));
  t.diagnostic(`\n${tableOf('embedded', rows)}`);
  const low = rows.filter(({ kind, recall }) => recall < (LEAST[kind] ?? 0));
  assert.deepEqual(
    low.map(({ kind, recall }) => `${kind} ${recall.toFixed(2)}`),
    [],
  );
  assert.deepEqual(
    Object.keys(LEAST).filter((kind) => !rows.some((row) => row.kind === kind)),
    [],
  );
});
