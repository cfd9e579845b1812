/** `tuodi ingest <files or folders…>`: takes pictures in, and says of each where it came to rest. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { RemarkAnswer } from '../../contract/remarks.ts';
import { FILE_EXTENSIONS } from '../../contract/resource.ts';
import { printableLine } from '../../text/printable.ts';
import type { Client } from '../client.ts';
import { failureOf } from '../errors.ts';
import { cut, type Output, table } from '../output.ts';
import { remarkLines } from '../remark-lines.ts';
import { filesIn } from './folder-files.ts';
import { uploadForm } from './upload.ts';

/** What is picked from a folder; a file that is named is sent whatever it is called. */
export const isPicture = (name: string): boolean => FILE_EXTENSIONS.includes(path.extname(name).slice(1).toLowerCase());
/** A larger one is not read into memory, only to be refused by the service. */
const MAX_BYTES = 512 * 1024 * 1024;
/** Files under way at once: the service works on more than one picture at a time. */
const IN_FLIGHT = 4;

export type Ingested = {
  file: string;
  resource_id: string | null;
  status: string | null;
  duplicate_of: string | null;
  failure: { code: string; detail: string } | null;
  /** What it lacks though it is taken in. */
  remarks: RemarkAnswer[];
  duration_ms: number;
};
export type IngestOptions = { title?: string; tag?: string[] };

/** Returns what became of each file, in the order in which they came to rest. */
export async function ingest(
  client: Client,
  named: string[],
  options: IngestOptions,
  out: Output,
  now: () => number,
): Promise<Ingested[]> {
  const files = (await Promise.all(named.map((one) => picturesIn(one, out)))).flat();
  const bar = out.progress(files.length, 'reading');
  const results: Ingested[] = [];
  const left = files.values();
  const takeIn = async () => {
    for (const file of left) {
      const began = now();
      const end = await oneFile(client, file, options).catch((error: unknown) => refused(failureOf(error)));
      const result: Ingested = { file, ...end, duration_ms: Math.round(now() - began) };
      results.push(result);
      bar.step(path.basename(file));
      if (out.json) out.result(result, () => '');
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, takeIn));
  bar.end();
  return results;
}

/** In the order of their names. */
async function picturesIn(named: string, out: Output): Promise<string[]> {
  const there = await stat(named).catch(() => null); // not there: reported with its name, by the reading of it
  if (!there?.isDirectory()) return [named];
  const unreadable = (at: string, error: Error) => out.warn(printableLine(`${at} cannot be looked at: ${error.message}`));
  const files: string[] = [];
  for await (const { file } of filesIn(named, { is: isPicture, except: [], unreadable })) files.push(file);
  return files.sort();
}

type End = Omit<Ingested, 'file' | 'duration_ms'>;
async function oneFile(client: Client, file: string, options: IngestOptions): Promise<End> {
  const { size } = await stat(file);
  if (size > MAX_BYTES) return refused({ code: 'TOO_MANY_BYTES', detail: `${size} bytes is more than any service takes` });
  const fields = { filename: path.basename(file), ...options };
  const { resource, there } = await uploadForm(client, new Blob([await readFile(file)]), fields);
  const { resource_id, status, failure, duplicate_of, remarks } = resource;
  return { resource_id, status, duplicate_of: there ? resource_id : duplicate_of, failure, remarks };
}

const refused = (failure: NonNullable<End['failure']>): End => ({
  resource_id: null,
  status: null,
  duplicate_of: null,
  failure,
  remarks: [],
});

/** A row a file, for people, and below them what each lacks. */
export const ingestTable = (results: Ingested[]): string => {
  const rows = results.map(({ file, status, duration_ms, duplicate_of, failure }) => [
    cut(path.basename(file), 40),
    status ?? 'not taken',
    String(duration_ms),
    failure ? `${failure.code}: ${cut(failure.detail, 80)}` : duplicate_of ? `same bytes as ${duplicate_of}` : '',
  ]);
  const remarked = results.filter(({ remarks }) => remarks.length > 0);
  const lines = remarked.flatMap(({ file, remarks }) => [printableLine(`${path.basename(file)}:`), ...remarkLines(remarks)]);
  return [table([['file', 'status', 'ms', ''], ...rows]), ...(lines.length > 0 ? ['', ...lines] : [])].join('\n');
};

/** Neither failed nor refused. */
export const isWell = ({ status, failure }: Ingested) => status !== null && failure === null;
