/**
 * `npm run bench -- engines [--write]`: what each engine reads of today's kinds of pictures and of those that tell engines apart, as the
 * service is shipped, with PP-OCR alone, with tesseract alone, and with the native tesseract; and what it costs. Takes some ten minutes.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { VERSION } from '../cli/project.ts';
import { HARD_KINDS } from '../test/worlds/hard-pictures.ts';
import { KINDS, type Kind, picturesOf } from '../test/worlds/ocr-pictures.ts';
import { type Reader, startReader } from './engine-reader.ts';
import { HOW_TO_INSTALL, nativeTesseract } from './ocr-native.ts';
import { cpuMs } from './process-cost.ts';
import { added, compared, type Errors, NO_ERRORS } from './reading-errors.ts';

type Sum = Errors & { cpu_ms: number; pictures: number };
const NOTHING: Sum = { ...NO_ERRORS, cpu_ms: 0, pictures: 0 };
/** sums: by engine, in the order of the readers. */
type Row = { kind: string; sums: Sum[] };

const NAMES: Record<string, string> = { auto: 'as shipped', ppocr: 'PP-OCR', tesseract: 'tesseract', native: 'native' };

/** The native tesseract as another reader. null: it is not there. */
async function nativeReader(folder: string): Promise<Reader | null> {
  const native = await nativeTesseract(folder);
  if (native === null) return null;
  return {
    name: 'native',
    start_ms: native.start_ms,
    async read(file) {
      const before = cpuMs();
      const { text, ms } = await native.read(file);
      return { text, words: [], by: native.version, ms, cpu_ms: cpuMs() - before, memory_mb: 0, peak_mb: 0 };
    },
    end: async () => {},
  };
}

async function measured(
  kinds: readonly Kind[],
  readers: readonly Reader[],
  folder: string,
  most: Map<string, number>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const kind of kinds) {
    const sums = readers.map(() => NOTHING);
    for (const [n, picture] of (await picturesOf(kind)).entries()) {
      const file = path.join(folder, `${n}.png`);
      await writeFile(file, picture.bytes);
      const lines = picture.lines.map(({ text }) => text);
      // All engines on one picture, one after the other, so that they meet the same machine.
      for (const [i, reader] of readers.entries()) {
        const { text, cpu_ms, peak_mb } = await reader.read(file);
        const sum = sums[i] ?? NOTHING;
        sums[i] = { ...sum, ...added(sum, compared(lines, text)), cpu_ms: sum.cpu_ms + cpu_ms, pictures: sum.pictures + 1 };
        most.set(reader.name, Math.max(most.get(reader.name) ?? 0, peak_mb));
      }
    }
    rows.push({ kind: kind.name, sums });
    console.warn(`${kind.name}: read`);
  }
  return rows;
}

const share = (part: number, whole: number) => (whole === 0 ? '–' : ((100 * part) / whole).toFixed(1));
function table(title: string, readers: readonly Reader[], rows: readonly Row[], cell: (sum: Sum) => string): string {
  return [
    `| ${title} | ${readers.map(({ name }) => NAMES[name]).join(' | ')} |`,
    `|---|${readers.map(() => '---:').join('|')}|`,
    ...rows.map(({ kind, sums }) => `| ${kind} | ${sums.map(cell).join(' | ')} |`),
  ].join('\n');
}

function tables(readers: readonly Reader[], rows: readonly Row[], most: Map<string, number>): string {
  const memory = readers
    .filter(({ name }) => most.get(name))
    .map(({ name }) => `${NAMES[name]} ${most.get(name)?.toFixed(0)} MB`);
  return [
    table('errors by character, %', readers, rows, (sum) =>
      sum.characters === 0 ? `${sum.invented} made up` : share(sum.errors, sum.characters),
    ),
    table('words that were not read, %', readers, rows, (sum) => share(sum.words - sum.words_found, sum.words)),
    table('pairs of Han that were not read, %', readers, rows, (sum) => share(sum.pairs - sum.pairs_found, sum.pairs)),
    table('processor time, ms a picture', readers, rows, (sum) => (sum.cpu_ms / sum.pictures).toFixed(0)),
    `Most memory of the reading process and what it started: ${memory.join(', ')}.`,
  ].join('\n\n');
}

const MARKS = ['<!-- engines: written by the bench -->', '<!-- end of engines -->'] as const;
async function write(text: string): Promise<void> {
  const page = await readFile('docs/reading.md', 'utf8');
  const [from, to] = MARKS.map((mark) => page.indexOf(mark));
  if (from === undefined || to === undefined || from < 0 || to < from) throw new Error('docs/reading.md has no place for it');
  await writeFile('docs/reading.md', `${page.slice(0, from + MARKS[0].length)}\n\n${text}\n\n${page.slice(to)}`);
  console.log('\nwritten: docs/reading.md');
}

const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-bench-engines-'));
const readers: Reader[] = [];
try {
  for (const engine of ['auto', 'ppocr', 'tesseract']) readers.push(await startReader(engine));
  const native = await nativeReader(folder);
  if (native) readers.push(native);
  else console.warn(`\n*** The native tesseract is NOT INSTALLED or lacks a language: no column of it.\n    ${HOW_TO_INSTALL}\n`);
  const most = new Map<string, number>();
  const rows = [await measured(KINDS, readers, folder, most), await measured(HARD_KINDS, readers, folder, most)].flat();
  const head = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, tuodi ${VERSION}; one picture at once.`;
  const text = `${head}\n\n${tables(readers, rows, most)}`;
  console.log(text);
  if (process.argv.includes('--write')) await write(text);
} finally {
  for (const reader of readers) await reader.end();
  await rm(folder, { recursive: true, force: true });
}
