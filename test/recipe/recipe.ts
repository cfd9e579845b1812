/** The recipe of HACKING.md, read from the page itself and applied to a copy of the sources. */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A block of the page: a new file, or the lines that change in one, in parts with anything between them. */
export type Change = { file: string; kind: 'new' | 'changed'; parts: string[] };

const BLOCK = /^ {3}```(ts|diff) (\S+)\n([\s\S]*?)^ {3}```$/gm;

/** All blocks of the worked example, in their order. */
export function recipe(): Change[] {
  const page = readFileSync(path.join(ROOT, 'HACKING.md'), 'utf8');
  const [, example = ''] = /^## A worked example\b([\s\S]*?)^## /m.exec(page) ?? [];
  return [...example.matchAll(BLOCK)].map(([, language, file = '', indented = '']) => {
    const text = indented.replace(/^ {3}/gm, '');
    return language === 'ts'
      ? { file, kind: 'new', parts: [text] }
      : { file, kind: 'changed', parts: text.split(/^@@\n/m).filter((part) => part !== '') };
  });
}

/** No sources, or copied in their own way; `tuodi-data` is of a service that was started here. */
const LEFT_OUT = new Set(['node_modules', 'dist', '.git', 'tessdata', 'tuodi-data']);

/** All sources in `folder`, the language data, what is compiled already, and the modules of this checkout. */
export function copySources(folder: string): void {
  const copied = (from: string) =>
    !LEFT_OUT.has(path.basename(from)) && (statSync(from).isDirectory() || /\.(ts|json)$/.test(from));
  cpSync(ROOT, folder, { recursive: true, filter: copied });
  cpSync(path.join(ROOT, 'tessdata'), path.join(folder, 'tessdata'), { recursive: true });
  cpSync(path.join(ROOT, 'dist'), path.join(folder, 'dist'), { recursive: true, preserveTimestamps: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
}

/** Throws where what is to be replaced is not there, or is there twice. */
export function applyTo(folder: string, { file, kind, parts }: Change): void {
  const target = path.join(folder, file);
  if (kind === 'new') {
    writeFileSync(target, parts.join(''), { flag: 'wx' });
    return;
  }
  let source = readFileSync(target, 'utf8');
  for (const part of parts) {
    const lines = part.replace(/\n$/, '').split('\n');
    const taken = (sign: string) => lines.filter((line) => !line.startsWith(sign)).map((line) => line.slice(1));
    const [old, changed] = [taken('+').join('\n'), taken('-').join('\n')];
    const times = source.split(old).length - 1;
    if (old === '' || times !== 1) throw new Error(`${file} has ${times} times:\n${old}`);
    source = source.split(old).join(changed);
  }
  writeFileSync(target, source);
}

/** The errors of the compiler; none where it compiles, and the copy is built. */
export function compile(folder: string): string[] {
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout: string };
    return stdout.split('\n').filter((line) => line.includes('error TS'));
  }
}
