/** What `npm run bench -- ocr` prints, and docs/reading-tesseract.md. */
import { cpus } from 'node:os';
import { VERSION } from '../cli/project.ts';
import type { Native } from './ocr-native.ts';

export type Sum = { errors: number; characters: number; ms: number; pictures: number };
/** sums: one a kind of picture. */
export type Column = { name: string; sums: Sum[] };

export function addTo(sum: Sum | undefined, { errors, characters }: { errors: number; characters: number }, ms: number): void {
  if (!sum) throw new Error('an answer without a column');
  sum.errors += errors;
  sum.characters += characters;
  sum.ms += ms;
  sum.pictures += 1;
}

const percent = ({ errors, characters }: Sum) => ((100 * errors) / characters).toFixed(1);
const time = ({ ms, pictures }: Sum) => (ms / pictures).toFixed(0);

/** Two tables: errors (% of the true characters), time (ms a picture). */
export function readingTable(kinds: readonly string[], columns: readonly Column[]): string {
  const table = (title: string, cell: (sum: Sum) => string) =>
    [
      `| ${title} | ${columns.map(({ name }) => name).join(' | ')} |`,
      `|---|${columns.map(() => '---:').join('|')}|`,
      ...kinds.map((kind, n) => `| ${kind} | ${columns.map(({ sums }) => (sums[n] ? cell(sums[n]) : '')).join(' | ')} |`),
    ].join('\n');
  return `${table('errors, %', percent)}\n\n${table('ms a picture', time)}`;
}

export function readingPage(kinds: readonly string[], columns: readonly Column[], native: Native | null): string {
  const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, tuodi ${VERSION} (tesseract.js 7)`;
  const beside = native
    ? `${native.version} of the system with its default settings, on one thread; ${native.start_ms.toFixed(0)} ms of each of its times are the start of its process`
    : 'no native tesseract: it was not installed';
  const date = new Date().toISOString().slice(0, 10);
  return `# How well tesseract reads, step by step

Made by \`npm run bench -- ocr --write\`: ${date}, ${machine}; beside it ${beside}. Both with eng+chi_sim+chi_tra.

These are the figures of tesseract alone (\`TUODI_OCR_ENGINE=tesseract\`). [reading.md](reading.md) has both engines beside each other.

The pictures are parts of four samples (English, simplified, traditional, mixed), made worse in one way each by \`test/worlds/ocr-pictures.ts\`; lines and words are cut out with 2 pixels around the ink. Errors are edits (Levenshtein) a true character, white space aside. Time is of one picture on one thread, without decoding the upload.

${readingTable(kinds, columns)}

## The columns

- **native**: what one gets by running \`tesseract\` on the file.
- **nothing**: our engine on the picture laid on white, in grey.
- **ground**: transparent pictures are laid on black if their ink is light (\`services/steps/background.ts\`).
- The steps, each alone (\`providers/tesseract/prepare.ts\`): **invert** light ink on dark; **denoise** with a median of nine pixels, twice, if there are many more specks than letters; **turn** by 90°, 180° or 270°, if a line reads well that way only; **enlarge** letters lower than 20 pixels; **level** lines that fall or rise by 0.4° to 8°; **margin** around ink that touches the edge.
- **as shipped**: all of them, in this order. What needs none is handed to the engine as it came.

Steps build on each other: on light ink, all but the first see the ink as light only because of it.

## Tried and left out

- **Contrast** stretched (1st to 99th percentile): no fewer errors at a tenth of the contrast, where reading was without error already, and more on blurred, small and skewed pictures.
- **Page segmentation** as a single line, for pictures that hold one: nothing beyond what the margin brings. As automatic segmentation (the native default): 36% errors on single words, 17% on single lines.
- **Reading first, and turning when it makes no sense**: nothing lost on upright pages, but 2 to 3 times the time on turned ones. See \`docs/decisions/0026-one-line-tells-which-way-is-up.md\`.
`;
}
