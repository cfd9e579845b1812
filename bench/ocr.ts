/**
 * `npm run bench -- ocr`: errors and time of recognition, kind by kind of picture, without any preparation, with each step alone, and as
 * shipped; beside the native tesseract. `npm run bench -- ocr --write` also makes docs/reading-tesseract.md of it. Takes some minutes.
 *
 * What a step leaves as it was is not read twice: its time is that of the first reading, and of looking.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { installLanguages, LANGUAGES } from '../providers/tesseract/languages.ts';
import { ALL_STEPS, prepared, type Step } from '../providers/tesseract/prepare.ts';
import { type EnginePage, startThread } from '../providers/tesseract/thread.ts';
import { confidenceOf, pageOf } from '../providers/tesseract/words.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { backgroundOf, WHITE } from '../services/steps/background.ts';
import { errorsOf } from '../test/samples/accuracy.ts';
import { KINDS, type KnownPicture, picturesOf } from '../test/worlds/ocr-pictures.ts';
import { HOW_TO_INSTALL, type Native, nativeTesseract } from './ocr-native.ts';
import { addTo, type Column, readingPage, readingTable, type Sum } from './ocr-page.ts';

const NEVER = new AbortController().signal;
/** What a transparent picture is laid on, and the steps. */
type Way = { name: string; ground: 'white' | 'chosen'; steps: Step[] };
const WAYS: Way[] = [
  { name: 'nothing', ground: 'white', steps: [] },
  { name: 'ground', ground: 'chosen', steps: [] },
  ...ALL_STEPS.map((step): Way => ({ name: step, ground: 'white', steps: [step] })),
  { name: 'as shipped', ground: 'chosen', steps: ALL_STEPS },
];

/** One thread, as the pool has several; what it has read is remembered, with the time it took. */
async function ourEngine(language_dir: string) {
  await installLanguages(language_dir, LANGUAGES, systemClock());
  const thread = await startThread({ language_dir, languages: LANGUAGES, priority: 0 }, NEVER);
  const known = new Map<string, { page: EnginePage; ms: number }>();
  const recognise = async (png: Uint8Array) => {
    const key = createHash('sha256').update(png).digest('hex');
    const began = performance.now();
    const read = known.get(key) ?? { page: await thread.recognise(png), ms: performance.now() - began };
    known.set(key, read);
    return read;
  };
  /** ms: of looking and changing, and of all that the engine read for it. */
  const read = async ({ bytes, width, height }: KnownPicture, { ground, steps }: Way) => {
    const background = ground === 'white' ? WHITE : await backgroundOf(sharp(bytes));
    const png = await sharp(bytes).flatten({ background }).greyscale().png({ compressionLevel: 1 }).toBuffer();
    let [reading, waited] = [0, 0];
    const counted = async (part: Uint8Array) => {
      const began = performance.now();
      const { page, ms } = await recognise(part);
      waited += performance.now() - began;
      reading += ms;
      return page;
    };
    const given = { png, page: 1, width, height };
    const began = performance.now();
    const ready = steps.length === 0 ? null : await prepared(given, async (part) => confidenceOf(await counted(part)), steps);
    const page = await counted(ready?.png ?? png);
    const ms = performance.now() - began - waited + reading;
    return { text: pageOf(page, given, ready?.back).text, ms };
  };
  return { read, end: () => thread.end() };
}

async function measured(folder: string, native: Native | null): Promise<Column[]> {
  const engine = await ourEngine(path.join(folder, 'languages'));
  const file = path.join(folder, 'picture.png');
  const columns = [...(native ? ['native'] : []), ...WAYS.map(({ name }) => name)].map((name): Column => ({ name, sums: [] }));
  try {
    for (const kind of KINDS) {
      const sums: Sum[] = columns.map(() => ({ errors: 0, characters: 0, ms: 0, pictures: 0 }));
      for (const picture of await picturesOf(kind)) {
        const truth = picture.lines.map(({ text }) => text).join('\n');
        await writeFile(file, picture.bytes);
        // All ways of one picture, one after the other, so that they meet the same machine.
        const answers = native ? [await native.read(file)] : [];
        for (const way of WAYS) answers.push(await engine.read(picture, way));
        for (const [n, { text, ms }] of answers.entries()) addTo(sums[n], errorsOf(truth, text), ms);
      }
      for (const [n, column] of columns.entries()) column.sums.push(sums[n] ?? { errors: 0, characters: 0, ms: 0, pictures: 0 });
      console.warn(`${kind.name}: read`);
    }
  } finally {
    await engine.end();
  }
  return columns;
}

const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-bench-ocr-'));
try {
  const native = await nativeTesseract(folder);
  if (native === null)
    console.warn(`\n*** The native tesseract is NOT INSTALLED or lacks a language: no column of it.\n    ${HOW_TO_INSTALL}\n`);
  const columns = await measured(folder, native);
  const kinds = KINDS.map(({ name }) => name);
  console.log(readingTable(kinds, columns));
  if (process.argv.includes('--write')) {
    await writeFile('docs/reading-tesseract.md', readingPage(kinds, columns, native));
    console.log('\nwritten: docs/reading-tesseract.md');
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
