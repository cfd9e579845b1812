/**
 * `npm run bench -- confidence`: what the confidence of each engine stands for. Of all characters that it read with so much of it, which
 * share is wrong? Over today's kinds of pictures and those that tell engines apart; providers/local/calibration.ts is made of it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HARD_KINDS } from '../test/worlds/hard-pictures.ts';
import { KINDS, picturesOf } from '../test/worlds/ocr-pictures.ts';
import { startReader } from './engine-reader.ts';
import { rightOnes } from './reading-errors.ts';

/** From each of these up to the next one. */
const STEPS = [0, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99] as const;
type Bin = { characters: number; wrong: number; sum: number };

const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-bench-confidence-'));
const readers = [await startReader('ppocr'), await startReader('tesseract')];
const bins = readers.map(() => STEPS.map((): Bin => ({ characters: 0, wrong: 0, sum: 0 })));
try {
  for (const kind of [...KINDS, ...HARD_KINDS]) {
    for (const picture of await picturesOf(kind)) {
      const file = path.join(folder, 'picture.png');
      await writeFile(file, picture.bytes);
      const truth = picture.lines.map(({ text }) => text).join('\n');
      for (const [n, reader] of readers.entries()) {
        const { words } = await reader.read(file);
        for (const { confidence, is_right } of rightOnes(truth, words)) {
          const bin = bins[n]?.[STEPS.findLastIndex((from) => confidence >= from)];
          if (!bin) throw new Error(`a confidence of ${confidence}`);
          bin.characters += 1;
          bin.sum += confidence;
          if (!is_right) bin.wrong += 1;
        }
      }
    }
    console.warn(`${kind.name}: read`);
  }
} finally {
  for (const reader of readers) await reader.end();
  await rm(folder, { recursive: true, force: true });
}

console.log(`| confidence from | ${readers.map(({ name }) => `${name}: characters | mean | wrong, %`).join(' | ')} |`);
console.log(`|---|${readers.map(() => '---:|---:|---:').join('|')}|`);
for (const [n, from] of STEPS.entries()) {
  const cells = bins.map((all) => {
    const { characters, wrong, sum } = all[n] ?? { characters: 0, wrong: 0, sum: 0 };
    return characters === 0
      ? '0 | – | –'
      : `${characters} | ${(sum / characters).toFixed(3)} | ${((100 * wrong) / characters).toFixed(1)}`;
  });
  console.log(`| ${from} | ${cells.join(' | ')} |`);
}
