/** `tuodi demo`: the whole service on the samples, in a folder of its own that is emptied at its start. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { SearchAnswer } from '../contract/search.ts';
import { printableLine } from '../text/printable.ts';
import type { Client } from './client.ts';
import { type Ingested, ingest, isWell } from './ingest/ingest.ts';
import { cut, type Output, table } from './output.ts';
import { headed, marked, plainText, search } from './search.ts';
import { stopSignal } from './signals.ts';

/** Says that the folder is the demo's own, and may be emptied. */
const MARK = '.tuodi-demo';
/**
 * English, simplified, simplified for a traditional picture, mixed, a number, two characters; words of a turned picture, of a faded one,
 * and of the third page of a PDF.
 */
const QUERIES = ['wheelbarrow', '停水', '图书馆', 'battery 续航', '274.70', '备份', '红豆', 'cable car', '气压计'];

/** Empties the folder, but only one that a demo made. Throws otherwise. */
export async function emptyDemoFolder(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((): string[] => []); // not there yet
  if (entries.length > 0 && !entries.includes(MARK))
    throw new Error(
      `${folder} is not empty and was not made by the demo; it is left as it is. Run the demo from another folder, or move that one away.`,
    );
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(path.join(folder, MARK), 'Made by tuodi demo, which empties this folder at its start.\n');
}

/** Returns whether every sample came to rest in INDEXED and every query found something. */
export async function demo(client: Client, samples: string, folder: string, out: Output, now: () => number): Promise<boolean> {
  const truth = await readTruth(samples);
  out.print(`Reading the ${Object.keys(truth).length} pictures of samples/ …\n`);
  const files = Object.keys(truth).map((file) => path.join(samples, file));
  const { signal, release } = stopSignal();
  const given = { client, options: {}, out: { ...out, json: false }, now, signal };
  const { results } = await ingest(files, given).finally(release);
  const rows = await Promise.all(results.map((result) => rowOf(client, result)));
  const read = { results };
  out.result(read, () => table([['picture', 'status', 'seconds', 'what was read'], ...rows]));
  let found = true;
  for (const query of QUERIES) found = (await show(client, query, out)) && found;
  out.print(HOW_ON(folder));
  return found && results.every(isWell);
}

const Truth = z.record(z.string(), z.object({ lines: z.array(z.object({ text: z.string() })) }));
const readTruth = async (samples: string) => Truth.parse(JSON.parse(await readFile(path.join(samples, 'truth.json'), 'utf8')));

async function rowOf(client: Client, { file, resource_id, status, duration_ms }: Ingested): Promise<string[]> {
  const body = resource_id ? await plainText(client, resource_id).catch(() => '') : ''; // nothing was read
  const words = String(body).replace(/\s+/g, ' ').trim();
  return [
    path.basename(file),
    status ?? 'not taken',
    (duration_ms / 1000).toFixed(1),
    words ? cut(words, 60) : '(no text on it)',
  ];
}

const PASSAGE_CELLS = 70;
/** Characters before the first match. */
const BEFORE_MATCH = 20;
/** A line of a passage in which its first match stands. */
export function shortPassage(parts: { text: string; match: boolean }[]): string {
  const at = parts.findIndex(({ match }) => match);
  const before = [
    ...parts
      .slice(0, Math.max(0, at))
      .map(({ text }) => text)
      .join(''),
  ];
  const near =
    before.length > BEFORE_MATCH
      ? `… ${before
          .slice(-BEFORE_MATCH)
          .join('')
          .replace(/^[\p{Script=Latin}\d]+ /u, '')}`
      : before.join('');
  return cut(printableLine(marked([{ text: near, match: false }, ...parts.slice(Math.max(0, at))])), PASSAGE_CELLS);
}

async function show(client: Client, query: string, out: Output): Promise<boolean> {
  const answer: SearchAnswer = await search(client, query, { limit: 3 });
  const hits = headed(answer.items, out).flatMap(([{ resource, highlights }, heading]) => {
    const passage = highlights.find(({ field }) => field === 'text') ?? highlights[0];
    return [
      ...(heading === null ? [] : [`  ${heading}`]),
      `  ${printableLine(resource.filename).padEnd(26)} ${passage ? shortPassage(passage.parts) : ''}`,
    ];
  });
  const found = answer.items.map(({ resource }) => resource.filename);
  out.result({ query, found, took_ms: answer.took_ms }, () =>
    [`\nsearch ${query}   (${answer.total} found, ${answer.took_ms.toFixed(0)} ms)`, ...hits].join('\n'),
  );
  return answer.items.length > 0;
}

const HOW_ON = (folder: string) => `
To look further:
  TUODI_DATA_DIR=${folder} npx tuodi search 停水
  TUODI_DATA_DIR=${folder} npx tuodi serve    prints a link to the page that shows them
  npm start                    the service, with a folder of its own; then: npx tuodi ingest <your pictures>
  docs/api.md                  the API; README.md: how it works`;
