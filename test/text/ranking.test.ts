/** Does what one looks for come first? Phrases of known documents, among 2,000 others that share their vocabulary. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openSqliteIndex } from '../../persistence/sqlite-index/open.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import type { IndexEntry, IndexQuery, SearchIndex } from '../../runtime/ports/search-index.ts';
import type { SavedText } from '../../runtime/ports/texts.ts';
import { passages } from '../../text/document.ts';
import { fold } from '../../text/fold.ts';
import { lowerQuery } from '../../text/lower-query.ts';
import { parseQuery } from '../../text/query.ts';
import { byPlace, type Place, type Readable, rankExact, rankSome, readable } from '../../text/rank.ts';
import { units } from '../../text/units.ts';
import { entry, LEAST, MODEL, question, saved } from '../worlds/entries.ts';
import { hashedNgrams } from '../worlds/hashed-ngrams.ts';
import { savedText, seeded } from '../worlds/texts.ts';

const SEED = 20261123;
const OTHERS = 2_000;
const PHRASES = 40;

const KNOWN: SavedText[] = [
  saved('北京市海淀区中关村大街二十七号\n开户银行：工商银行中关村支行\n价税合计 1,280.00 元', {
    title: '增值税电子发票',
    tags: ['票据'],
  }),
  saved(
    'The tenant shall pay the monthly rent before the fifth day of each month.\nThe deposit is returned when the keys are.\nSubletting requires written consent of the landlord, who keeps the roof, heating and plumbing sound.\nEither party may terminate with ninety days of warning by registered mail.',
    {
      title: 'Rental agreement',
    },
  ),
  saved('红烧肉的做法：五花肉切块，冷水下锅焯水，冰糖炒出糖色，加生抽老抽料酒，小火慢炖一小时。', {
    title: '外婆的菜谱',
    tags: ['recipe'],
  }),
  saved('會議紀要\n討論了第三季度的銷售數據，華東地區增長明顯，決定增加倉庫面積。', { title: '部門會議' }),
  saved(
    'Boarding pass\nFlight CA1832 from Shanghai Hongqiao to Beijing Capital\nSeat 32A Gate 217\nPassenger Margaret Holloway, economy class, one checked suitcase, vegetarian meal requested',
    {
      filename: 'boarding.png',
    },
  ),
  saved('量子力学笔记：薛定谔方程描述波函数随时间的演化，测量使其坍缩。', { description: '大二下学期手写笔记' }),
  saved('患者姓名 李秀英\n诊断：急性支气管炎\n阿莫西林胶囊 每日三次 饭后服用', { title: '门诊处方' }),
  saved(
    'Photosynthesis converts carbon dioxide and sunlight into glucose inside chloroplasts.\nThe Calvin cycle fixes carbon in the stroma while thylakoid membranes harvest photons.\nStomata open at dawn and close under drought to save moisture.',
    { title: 'Biology homework' },
  ),
  saved('iPhone手机壳 透明防摔 ¥39.90\n订单编号 20240315887\n顺丰快递 已签收', { title: '购物订单截图' }),
  saved('春江潮水连海平，海上明月共潮生。滟滟随波千万里，何处春江无月明。', { title: '春江花月夜' }),
];

/** Pieces of a line as someone remembers it: 2 to 6 Han characters in a row, or 1 to 3 words. */
function phrasesOf(document: SavedText, kind: 'han' | 'word', random: () => number, count: number): string[] {
  const lines = Object.values(passages(document)).flat();
  const runs = lines.flatMap((line) => {
    const found: { start: number; end: number }[][] = [];
    for (const { kind: unit, start, end, joined } of units(line)) {
      if (unit !== kind) found.push([]);
      else if ((kind === 'han' && joined) || (kind === 'word' && found.at(-1)?.length)) found.at(-1)?.push({ start, end });
      else found.push([{ start, end }]);
    }
    return found.filter((run) => run.length >= (kind === 'han' ? 2 : 1)).map((run) => ({ line, run }));
  });
  const [least, max] = kind === 'han' ? [2, 6] : [1, 3];
  return Array.from({ length: runs.length === 0 ? 0 : count }, () => {
    const { line, run } = runs[Math.floor(random() * runs.length)] ?? { line: '', run: [] };
    const length = Math.min(least + Math.floor(random() * (max - least + 1)), run.length);
    const first = Math.floor(random() * (run.length - length + 1));
    return line.slice(run[first]?.start, run[first + length - 1]?.end);
  });
}

/** What a picture says, folded, as one string: a phrase that also occurs in another one has no right answer. */
const whole = (document: SavedText) =>
  Object.values(passages(document))
    .flat()
    .map((line) => fold(line).text)
    .join('\n');

let dir = '';
let index: SearchIndex;
const embedder = hashedNgrams();
const vectorOf = async (text: string) => (await embedder.embed([text], new AbortController().signal))[0] ?? null;
const random = seeded(SEED);
const others = Array.from({ length: OTHERS }, () => savedText(random));
const everything = [...KNOWN, ...others].map(whole);

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tuodi-ranking-'));
  index = await openSqliteIndex(join(dir, 'search.sqlite'), { clock: systemClock(), model: MODEL });
  const all: IndexEntry[] = await Promise.all(
    [...KNOWN, ...others].map(async (one, i) => {
      const { title, description, tags, pages } = one;
      const text = [title, description, ...tags, ...pages.map((page) => page.text)].filter(Boolean).join('\n');
      return entry('o', `r${i}`, one, { vector: await vectorOf(text) });
    }),
  );
  await Promise.all(all.map((one) => index.put(one)));
});
after(async () => {
  await index.close();
  await rm(dir, { recursive: true, force: true });
});

type Counted = { asked: number; first: number; ten: number };
async function counted(kind: 'han' | 'word', mode: IndexQuery['mode']): Promise<Counted> {
  const pick = seeded(SEED + 1);
  const count: Counted = { asked: 0, first: 0, ten: 0 };
  for (const [i, document] of KNOWN.entries()) {
    for (const phrase of new Set(phrasesOf(document, kind, pick, PHRASES))) {
      const { text } = fold(phrase);
      if (everything.filter((other) => other.includes(text)).length !== 1) continue;
      const vector = mode === 'text' ? null : await vectorOf(phrase);
      const { hits } = await index.search({ org_id: 'o' }, question(phrase, { mode, vector, limit: 10 }));
      const place = hits.findIndex(({ resource_id }) => resource_id === `r${i}`);
      count.asked += 1;
      if (place === 0) count.first += 1;
      if (place >= 0) count.ten += 1;
    }
  }
  return count;
}

describe(`10 known documents among ${OTHERS} others (seed ${SEED})`, () => {
  for (const kind of ['han', 'word'] as const) {
    for (const mode of ['text', 'vector'] as const) {
      test(`a phrase of ${kind === 'han' ? '2 to 6 Han characters' : '1 to 3 English words'} brings its document first, by ${mode}`, async (t) => {
        const { asked, first, ten } = await counted(kind, mode);
        t.diagnostic(
          `${kind} ${mode}: asked ${asked}, first ${first} (${((100 * first) / asked).toFixed(1)} %), among ten ${ten}`,
        );
        assert.ok(asked >= (kind === 'han' ? 150 : 40));
        if (mode === 'vector')
          assert.ok(ten / asked >= 0.5); // a few characters are a small part of a text
        else assert.ok(first / asked >= 0.98);
      });
    }
  }

  test('a query for what is not there finds nothing, by what is near neither', async () => {
    for (const typed of ['qwxzvkj', '魑魅魍魉', 'zzyzx qqqq', '饕餮盛宴', 'xylophone 龘']) {
      const { total } = await index.search(
        { org_id: 'o' },
        question(typed, { mode: 'vector', least: LEAST, vector: await vectorOf(typed) }),
      );
      assert.equal(total, 0, typed);
    }
  });

  test('a long passage with misread characters, which no phrase finds, is near', async () => {
    const typed = '红烧肉的做法五花肉切块冷水下锅悼水冰糠炒出糖色加生抽老抽料酒小火慢顿一小时';
    assert.equal((await index.search({ org_id: 'o' }, question(typed))).total, 0);
    const { hits } = await index.search(
      { org_id: 'o' },
      question(typed, { mode: 'vector', least: LEAST, vector: await vectorOf(typed) }),
    );
    assert.equal(hits[0]?.resource_id, 'r2');
  });
});

describe('by the text alone', () => {
  const places = (typed: string, texts: Record<string, string>) => {
    const query = parseQuery(`${typed} `);
    const some = lowerQuery(query)?.some ?? [];
    const weights = some.map(() => 10);
    const all = Object.entries(texts).map(([resource_id, text]) => ({ resource_id, read: readable(saved(text)) }));
    const order = (rank: (text: Readable) => Place | null) =>
      all
        .flatMap(({ resource_id, read }) => {
          const place = rank(read);
          return place ? [{ resource_id, created_at: 0, ...place }] : [];
        })
        .sort(byPlace)
        .map(({ resource_id }) => resource_id);
    return { exact: order((text) => rankExact(query, text)), some: order((text) => rankSome(some, weights, text)) };
  };

  test('a word that stands in two pieces is a part of what was typed', () => {
    const texts = {
      person: 'Handled by Matilda Delacroix\nItem: ladder',
      parted: 'Handled by Matilda Delacroix\nItem: cabi\nnet',
      other: 'Handled by Philippa Fairfax\nItem: cabi net',
    };
    assert.deepEqual(places('Matilda Delacroix cabinet purple', texts).some, ['parted', 'person']);
  });

  test('one Han is a name before it is a part of a word, however near that stands', () => {
    const texts = { within: '空调工程部', begins: '空调一台，另有运费和安装费，详见附表\n\n程平' };
    assert.deepEqual(places('空调 程', texts).exact, ['begins', 'within']);
  });
});
