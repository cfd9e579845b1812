/** The paths of a command line, byte by byte as they were typed. */
import { readFile } from 'node:fs/promises';
import { LOSSY, pathOf } from './disk-path.ts';

/** As the system has it, where it shows it (Linux): Node has read the arguments as UTF-8 already. */
const COMMAND_LINE = '/proc/self/cmdline';

/** In their order. One whose bytes were lost on the way to us stays as it came. */
export async function typedPaths(named: readonly string[]): Promise<string[]> {
  if (!named.some((one) => one.includes(LOSSY))) return [...named];
  const typed = await typedArguments();
  return named.map((one) => {
    const at = one.includes(LOSSY) ? typed.findIndex((bytes) => bytes.toString('utf8') === one) : -1;
    const [bytes] = at === -1 ? [] : typed.splice(at, 1); // another with the same replacement characters is another one
    return bytes ? pathOf(bytes) : one;
  });
}
async function typedArguments(): Promise<Buffer[]> {
  const line = await readFile(COMMAND_LINE).catch(() => Buffer.alloc(0)); // another system
  const found: Buffer[] = [];
  for (let from = 0; from < line.length; ) {
    const end = line.indexOf(0, from);
    const to = end === -1 ? line.length : end;
    found.push(line.subarray(from, to));
    from = to + 1;
  }
  return found;
}
