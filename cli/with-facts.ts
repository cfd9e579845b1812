/** Commands that work on the facts themselves, beside a running service too. */
import path from 'node:path';
import type { Config } from '../app/config.ts';
import { openFacts } from '../app/open-ports.ts';
import type { ExitCode } from '../contract/exit-codes.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { AlreadyThere, type Facts } from '../runtime/ports/facts.ts';
import { hasLibrary } from './client.ts';
import type { Run } from './command.ts';
import { NoLibrary, UsageError } from './errors.ts';
import type { Output } from './output.ts';

/** Maximum rows that a command lists. */
export const MAX_LISTED = 1_000;
/** Maximum characters of a name. */
const MAX_NAME_CHARS = 200;

export type Action<Options> = (
  facts: Facts,
  subject: string | undefined,
  options: Options,
  out: Output,
  config: Config,
) => Promise<ExitCode>;

/** `tuodi <command> [action] [subject]`: opens the facts for one of `actions`. */
export const factsCommand =
  <Options>(command: string, actions: Record<string, Action<Options>>) =>
  (action: string, subject: string | undefined, options: Options): Run =>
  async (config, out) => {
    const work = Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (!work) throw new UsageError(`${command} ${action} is not known: ${Object.keys(actions).join(', ')}`);
    if (action !== 'create' && !hasLibrary(config)) throw new NoLibrary(path.resolve(config.data_dir));
    warnOfNewFolder(config, out);
    const facts = await openFacts(config, { clock: systemClock() });
    try {
      return await work(facts, subject, options, out, config);
    } finally {
      await facts.close();
    }
  };

/** A key of a folder that no service uses is refused by every service: most often the folder is the wrong one. */
function warnOfNewFolder(config: Config, out: Output): void {
  const folder = path.resolve(config.data_dir);
  if (!hasLibrary(config))
    out.warn(
      out.words({
        en: `${folder} is a new data folder, which no service has used yet (TUODI_DATA_DIR, --data-dir)`,
        zh: `${folder} 是新的数据文件夹，尚无服务使用过（TUODI_DATA_DIR、--data-dir）`,
      }),
    );
}

/** Throws UsageError unless there is a name of a fitting length. */
export function nameOf(name: string | undefined, usage: string): string {
  if (!name?.trim() || name.length > MAX_NAME_CHARS)
    throw new UsageError(`${usage}: a name of at most ${MAX_NAME_CHARS} characters`);
  return name;
}

/** Throws UsageError with this text when there is such a row already. */
export async function unlessThere(adding: Promise<void>, text: string): Promise<void> {
  try {
    await adding;
  } catch (error) {
    throw error instanceof AlreadyThere ? new UsageError(text) : error;
  }
}

/** The day of a time in epoch milliseconds; empty for none. */
export const dayOf = (at: number | null): string => (at === null ? '' : new Date(at).toISOString().slice(0, 10));
