/** Language data: copied out of our tessdata/ into the data folder, where that of other languages may be put beside it. */
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { failureOf } from '../../contract/failures.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';

/** Tried one after the other: with chi_sim before eng, English is lost without a word. */
export const LANGUAGES = ['eng', 'chi_sim', 'chi_tra'] as const;
const require = createRequire(import.meta.url);

/**
 * Makes sure that `dir` holds the data of each language; throws ServiceError if one is nowhere, where the engine would wait for ever, or is
 * no gzip file, with which the engine would find no text and say nothing. Ours is compared by what is in it, and put right.
 * Written aside and renamed, so that two processes can do it at once and none reads half a file. A language that tuodi
 * does not bring may be put into the folder by hand.
 */
export async function installLanguages(dir: string, languages: readonly string[], clock: Clock): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const language of languages) {
    const name = `${language}.traineddata.gz`;
    const [target, source] = [join(dir, name), packaged(language)];
    const there = await contentOf(target);
    const own = source === null ? null : await contentOf(source);
    if (source === null || own === null) {
      if (there === null) throw missing(language, target);
      if (!there.is_gzip) throw broken(language, target);
    } else if (there?.digest !== own.digest) await replace(source, target, join(dir, `.${name}.${clock.randomUuid()}`));
  }
}

/** Languages whose data is neither ours nor in `dir`. */
export async function missingLanguages(dir: string, languages: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    languages.map(async (language) => {
      const own = packaged(language);
      const size = (own === null ? null : await sizeOf(own)) ?? (await sizeOf(join(dir, `${language}.traineddata.gz`)));
      return size ? null : language;
    }),
  );
  return found.filter((language) => language !== null);
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

type Content = { digest: string; is_gzip: boolean };
async function contentOf(path: string): Promise<Content | null> {
  if ((await sizeOf(path)) === null) return null;
  const bytes = await readFile(path);
  return { digest: createHash('sha256').update(bytes).digest('hex'), is_gzip: bytes[0] === 0x1f && bytes[1] === 0x8b };
}

const broken = (language: string, path: string) =>
  new StepError(
    failureOf('PROVIDER_UNAVAILABLE', `the language data of "${language}" at ${path} is no gzip file: put a sound one there`),
  );
const missing = (language: string, path: string) =>
  new StepError(
    failureOf('PROVIDER_UNAVAILABLE', `the language data of "${language}" is missing: put ${language}.traineddata.gz at ${path}`),
  );
