/**
 * Golden instances: what a released version of a machine has left in databases. `node dist/test/model/golden.js` records those of the
 * present versions, unless they are recorded: a file of a released version never changes.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Instance } from '../../machines/interpreter.ts';
import { pathsToAll, replayed } from './paths.ts';
import { RESOURCE, type Subject, TASK } from './subjects.ts';

const FOLDER = fileURLToPath(new URL('../../../test/fixtures/machines/', import.meta.url));
/** Between two steps, so that the times in an instance differ. */
const STEP_MS = 1_000;

export const goldenFile = (machine: string, version: string): string => `${FOLDER}${machine}-${version}.json.gz`;

/** One instance a line. */
export const goldenInstances = (machine: string, version: string): Instance[] =>
  gunzipSync(readFileSync(goldenFile(machine, version)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line): Instance => JSON.parse(line)); // written by `record`

/** Every instance that the model can reach, made by the real interpreter. */
export function record(subject: Subject): string {
  const lines = pathsToAll(subject).map((path) => JSON.stringify(replayed(subject, path, STEP_MS)));
  return `${[...new Set(lines)].join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const subject of [RESOURCE, TASK]) {
    const { id, version } = subject.machine;
    const file = goldenFile(id, version ?? '');
    if (existsSync(file)) console.log(`${file} is there already, and stays as it is`);
    else writeFileSync(file, gzipSync(record(subject), { level: 9 }));
  }
