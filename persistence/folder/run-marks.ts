/**
 * Marks of runs as small files, one a picture and step. They are not synced: what was written outlives the process, and nothing else
 * need outlive. The folder is of one process at a time, so that whatever is marked when it is opened is of a dead one.
 */
import { closeSync, open, writeSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { MarkedRun, RunMarks } from '../../runtime/ports/run-marks.ts';
import { isMissing } from './keys.ts';
import { PRIVATE_FILE, PRIVATE_FOLDER } from './private-file.ts';

/** A suspect whose step was not run again for so long is wanted by nobody: it was removed, or is at rest. */
const KEPT_MS = 30 * 24 * 60 * 60_000;

const Mark = z.strictObject({ losses: z.int().min(0), running: z.enum(['alone', 'beside']).nullable() });
type Mark = z.infer<typeof Mark>;

type Parts = { dir: string; now: () => number; log: Pick<Logger, 'warn'> };

/** Rejects if the folder can't be read. */
export async function openRunMarks({ dir, now, log }: Parts): Promise<RunMarks> {
  const suspects = new Map<string, number>();
  const fileOf = (name: string) => path.join(dir, name);
  const write = (name: string, mark: Mark) => writeSmall(fileOf(name), JSON.stringify(mark));
  const remove = (name: string) =>
    unlink(fileOf(name)).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  const tried = (work: () => Promise<void>, what: string) =>
    work().catch((error: unknown) => log.warn({ err: error }, `the mark of a run was not ${what}`));

  await mkdir(dir, { recursive: true, mode: PRIVATE_FOLDER });
  for (const name of await readdir(dir)) {
    const mark = (await isOld(fileOf(name), now())) ? null : readMark(await readFile(fileOf(name), 'utf8'));
    if (mark?.running === 'alone') mark.losses += 1;
    if (mark) suspects.set(name, mark.losses);
    await tried(() => (mark ? write(name, { ...mark, running: null }) : remove(name)), 'counted');
  }

  return {
    losses: (run) => suspects.get(nameOf(run)) ?? null,
    begin: (run, alone) =>
      tried(() => write(nameOf(run), { losses: suspects.get(nameOf(run)) ?? 0, running: alone ? 'alone' : 'beside' }), 'written'),
    async end(run, cleared) {
      const name = nameOf(run);
      if (cleared) suspects.delete(name);
      const losses = suspects.get(name);
      const keep = () => (losses === undefined ? remove(name) : write(name, { losses, running: null }));
      await tried(keep, 'removed');
    },
  };
}

const opened = promisify(open);
/** Some twenty bytes: writing them takes less than to have one of Node's threads do it. */
async function writeSmall(file: string, text: string): Promise<void> {
  const fd = await opened(file, 'w', PRIVATE_FILE);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

const nameOf = ({ resource_id, kind }: MarkedRun) => `${resource_id}.${kind}`;

async function isOld(file: string, now: number): Promise<boolean> {
  try {
    return now - (await stat(file)).mtimeMs > KEPT_MS;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}
/** Reads a mark. One that was cut short counts as a run beside others: its process died as it began it. */
function readMark(text: string): Mark {
  try {
    return Mark.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return { losses: 0, running: 'beside' };
    throw error;
  }
}
