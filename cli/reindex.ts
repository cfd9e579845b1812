/** `tuodi reindex`: builds the search index again from the facts, beside a running service. */
import { openFacts, openIndex } from '../open-ports.ts';
import { systemClock } from '../runtime/clock.ts';
import { CannotRebuild, rebuildIndex } from '../services/rebuild-index.ts';
import { printableLine } from '../text/printable.ts';
import { UsageError } from './errors.ts';
import type { Run } from './program.ts';

export const reindexCommand: Run = async (config, out) => {
  if (!config.elasticsearch_url)
    throw new UsageError(
      'The index in the data folder is filled again by itself: stop the service, remove search.sqlite from the folder, start it again.',
    );
  const clock = systemClock();
  const facts = await openFacts(config, { clock });
  const index = await openIndex(config, { facts, clock });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('stopped; run it again, and it goes on')));
  const counts = await facts.resources.lackingIn('', null, 1);
  const bar = out.progress(counts.length, 'entries');
  try {
    const { name, filled, missing } = await rebuildIndex({ facts, index, clock }, stop.signal, (done) =>
      bar.step(`${done} entries`),
    );
    bar.end();
    out.result({ name, filled, missing }, () =>
      [
        `The index ${name} serves, with ${filled} entries made again.`,
        ...missing.map((id) => printableLine(`Its text is missing: ${id}`)),
      ].join('\n'),
    );
    return missing.length > 0 ? 3 : 0;
  } catch (error) {
    if (error instanceof CannotRebuild) throw new UsageError(error.message);
    throw error;
  } finally {
    bar.end();
    await index.close();
    await facts.close();
  }
};
