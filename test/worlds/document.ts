/** A document whose commands are run as they stand: its blocks, and what it says comes of each. */
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * A fenced block of `sh`. world: the word after `sh`, of a service that is configured otherwise. call: of the heading above, such as
 * `GET /v1/search`. statuses: those of its requests in their order, in bold after the arrow below it. example: the `json` that follows.
 */
export type Block = { line: number; world: string; call: string | null; code: string; statuses: number[]; example: unknown };
export type Request = { status: number; method: string; url: string };
export type Ran = { block: Block; exit: number | null; out: string; requests: Request[] };

const CALL = /^### `([A-Z]+ \/\S*)`$/;

export const callsIn = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => CALL.exec(line)?.[1] ?? []);

export function blocksOf(file: string): Block[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const blocks: Block[] = [];
  let call: string | null = null;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.startsWith('#')) call = CALL.exec(line)?.[1] ?? null;
    const [, language, world = ''] = /^```(\w+)(?: (\w+))?$/.exec(line) ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf('```', at);
    if (language === 'sh') {
      const code = lines.slice(at + 1, end).join('\n');
      blocks.push({ line: at + 1, world, call, code, ...textBelow(lines.slice(end + 1)) });
    }
    at = end;
  }
  return blocks;
}

/** The arrow's line, and an example in JSON right after it. */
function textBelow(lines: string[]): Pick<Block, 'statuses' | 'example'> {
  const some = lines.filter((line) => line !== '');
  const [arrow = ''] = some;
  if (!arrow.startsWith('→ ')) return { statuses: [], example: undefined };
  const statuses = [...arrow.matchAll(/\*\*(\d{3})\*\*/g)].map(([, status]) => Number(status));
  const example: unknown = some[1] === '```json' ? JSON.parse(some.slice(2, some.indexOf('```')).join('\n')) : undefined;
  return { statuses, example };
}

/** Throws when there is none: the blocks could not be run, and that must be seen. */
export function checkCurl(): void {
  try {
    execFileSync('curl', ['--version']);
  } catch (cause) {
    throw new Error('curl is needed to run the commands of the documents: install it (apt-get install curl)', { cause });
  }
}

/** Each request of a block is told on standard error, with its own address, wherever it was redirected to. */
const PRELUDE = `set -u
curl() { command curl --show-error --write-out '%{stderr}\\n@@curl %{http_code} %{method} %{url}\\n' "$@"; }
`;

/** All blocks one after the other in one shell, in `folder`: a later one uses what an earlier one set. */
export async function runBlocks(
  blocks: Block[],
  { folder, variables, prelude = '' }: { folder: string; variables: Record<string, string>; prelude?: string },
): Promise<Ran[]> {
  const set = Object.entries(variables).map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'\n`);
  const mark = (at: number) => `printf '\\n@@block ${at}\\n'; printf '\\n@@block ${at}\\n' >&2\n`;
  const marked = blocks.map(({ code }, at) => `${mark(at)}${code}\nprintf '\\n@@exit %s\\n' "$?" >&2\n`);
  const script = path.join(folder, 'document.sh');
  writeFileSync(script, [PRELUDE, prelude, ...set, ...marked].join(''));
  const { out, err } = await bash(script, folder);
  const [outs, errs] = [out.split(/^@@block \d+\n/m).slice(1), err.split(/^@@block \d+\n/m).slice(1)];
  return blocks.map((block, at) => ran(block, outs[at] ?? '', errs[at] ?? ''));
}

function ran(block: Block, out: string, err: string): Ran {
  const exit = /^@@exit (\d+)$/m.exec(err)?.[1];
  const requests = [...err.matchAll(/^@@curl (\d{3}) (\w+) (\S+)$/gm)].map(([, status, method = '', url = '']) => ({
    ...{ status: Number(status), method, url },
  }));
  return { block, exit: exit === undefined ? null : Number(exit), out: `${out.trim()}\n${exit ? '' : err}`, requests };
}

/** Whatever it ends with: the marks say how far it came. */
const bash = (script: string, cwd: string): Promise<{ out: string; err: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: cwd, LANG: 'C.UTF-8' };
    execFile('bash', [script], { cwd, env, timeout: 180_000, maxBuffer: 8 * 1024 * 1024 }, (_, out, err) =>
      resolve({ out, err }),
    );
  });

/**
 * Where an answer is not of the shape of the document's example: names that one of them lacks, values of another type. `"…"` and null
 * stand for anything, and of a list the first item is looked at.
 */
export function unlike(example: unknown, answer: unknown, at = ''): string[] {
  if (example === '…' || example === null || answer === null) return [];
  if (Array.isArray(example) && Array.isArray(answer))
    return example.length > 0 && answer.length > 0 ? unlike(example[0], answer[0], `${at}/0`) : [];
  if (isObject(example) && isObject(answer))
    return [...new Set([...Object.keys(example), ...Object.keys(answer)])].flatMap((name) => {
      if (!Object.hasOwn(answer, name)) return [`${at}/${name} is not answered`];
      if (!Object.hasOwn(example, name)) return [`${at}/${name} is not in the example`];
      return unlike(example[name], answer[name], `${at}/${name}`);
    });
  return typeof example === typeof answer && !Array.isArray(answer) ? [] : [`${at} is ${JSON.stringify(answer)}`];
}
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
