/** Language data: copied out of our tessdata/ into the data folder, where that of other languages may be put beside it. */
import { chmod, copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { failureOf } from '../../contract/failures.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';

/** Tried one after the other: with chi_sim before eng, English is lost without a word. */
export const LANGUAGES = ['eng', 'chi_sim', 'chi_tra'] as const;
const require = createRequire(import.meta.url);

/**
 * Makes sure that `dir` holds the data of each language; throws ServiceError if one is nowhere, where the engine would wait for ever.
 * Written aside and renamed, so that two processes can do it at once and none reads half a file. A language that tuodi
 * does not bring may be put into the folder by hand.
 */
export async function installLanguages(dir: string, languages: readonly string[], clock: Clock): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const language of languages) {
    const name = `${language}.traineddata.gz`;
    const there = await sizeOf(join(dir, name));
    const source = packaged(language);
    const size = source === null ? null : await sizeOf(source);
    if (source === null || size === null) {
      if (there === null) throw missing(language, join(dir, name));
    } else if (there !== size) await replace(source, join(dir, name), join(dir, `.${name}.${clock.randomUuid()}`));
  }
}

async function replace(source: string, target: string, temporary: string): Promise<void> {
  try {
    await copyFile(source, temporary);
    await chmod(temporary, 0o600); // as all that is in the data folder
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Returns where tuodi's own data of a language is: `#tessdata` is in package.json, so that sources and compiled files find the same. */
function packaged(language: string): string | null {
  try {
    return require.resolve(`#tessdata/${language}.traineddata.gz`);
  } catch {
    return null; // not ours: it may be in the folder
  }
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

const missing = (language: string, path: string) =>
  new StepError(
    failureOf('PROVIDER_UNAVAILABLE', `the language data of "${language}" is missing: put ${language}.traineddata.gz at ${path}`),
  );
