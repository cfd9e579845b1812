/** `tuodi reindex`: builds the search index again from the facts, beside a running service. */

import type { Config } from '../app/config.ts';
import { openFacts, openIndex } from '../app/open-ports.ts';
import { type Clock, systemClock } from '../runtime/async/clock.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import type { SearchIndex } from '../runtime/ports/search-index.ts';
import { CannotRebuild, rebuildIndex } from '../services/index/rebuild.ts';
import { printableLine } from '../text/printable.ts';
import type { Run } from './command.ts';
import { UsageError } from './errors.ts';
import type { Output } from './output.ts';
import { stopSignal } from './signals.ts';

export const reindexCommand: Run = async (config, out) => {
  if (!config.elasticsearch_url)
    throw new UsageError(
      'The index in the data folder is filled again by itself: stop the service, remove search.sqlite from the folder, start it again.',
    );
  const missing = await withBoth(config, (parts) => rebuilt(parts, out));
  return missing > 0 ? 3 : 0;
};

type Parts = { facts: Facts; index: SearchIndex; clock: Clock };
async function withBoth<Value>(config: Config, work: (parts: Parts) => Promise<Value>): Promise<Value> {
  const clock = systemClock();
  const facts = await openFacts(config, { clock });
  try {
    const index = await openIndex(config, { facts, clock });
    try {
      return await work({ facts, index, clock });
    } finally {
      await index.close();
    }
  } finally {
    await facts.close();
  }
}

/** Returns how many texts are missing. */
async function rebuilt(parts: Parts, out: Output): Promise<number> {
  const stop = stopSignal();
  const counts = await parts.facts.resources.lackingIn('', null, 1);
  const bar = out.progress(counts.length, 'entries');
  try {
    const { name, filled, missing } = await rebuildIndex(parts, stop.signal, (done) => bar.step(`${done} entries`));
    bar.end();
    out.result({ name, filled, missing }, () =>
      [
        `The index ${name} serves, with ${filled} entries made again.`,
        ...missing.map((id) => printableLine(`Its text or vector is missing, and is made again by the service: ${id}`)),
      ].join('\n'),
    );
    return missing.length;
  } catch (error) {
    if (error instanceof CannotRebuild) throw new UsageError(error.message);
    throw stop.signal.aborted ? new Error('stopped; run it again, and it goes on', { cause: error }) : error;
  } finally {
    bar.end();
    stop.release();
  }
}
