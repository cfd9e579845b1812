/**
 * SearchIndex on SQLite: FTS5 for the words, vectors in memory, a file of its own. It can be wiped at any time: opening makes it anew,
 * empty, and `onMadeAnew` says so; what fills it is the comparison with the facts at the start of the service.
 */

import { batched } from '../../runtime/async/batch.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { type Credentials, toldOf, UNWATCHED } from '../../runtime/health/credentials.ts';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import type { Write, Written } from './calls.ts';
import { type StartThread, startThread, type Thread, threadCaller } from './client.ts';
import { errorOf } from './faults.ts';

/** Writes a transaction: more gain little, and a search waits for as long as a batch takes. */
const BATCH = 64;
/** Ids a call of `heads`, as the port says. */
const HEADS = 200;
export type SqliteIndexOptions = {
  clock: Clock;
  /** Whose vectors are compared; absent or null: none are. */
  model?: string | null;
  /** As the port's `onMadeAnew`, from the first moment: the file was not there, or had other tables. */
  onMadeAnew?: () => void;
  /** Told of each call, though it takes none. */
  credentials?: Credentials;
  /** How the thread is started: a test ends it by this. */
  start?: StartThread;
};

/** Rejects when the file can't be opened. */
export async function openSqliteIndex(path: string, options: SqliteIndexOptions): Promise<SearchIndex> {
  const { clock, model = null, onMadeAnew, credentials = UNWATCHED, start = startThread } = options;
  const on_new = onMadeAnew ? [onMadeAnew] : [];
  const caller = threadCaller(
    () => start({ path, model }),
    clock,
    (made_anew) => {
      if (made_anew) for (const then of on_new) then();
    },
  );
  const thread: Thread = { ...caller, ask: (question) => toldOf(credentials, () => caller.ask(question)) };
  await thread.ask({ ask: 'ping' });

  /** One write an entry in a batch: of two at once, the later one meets what the first has written. */
  const write = batched<Write, Written>(async (writes) => tellOf(credentials, await thread.ask({ ask: 'write', writes })), {
    max: BATCH,
    key: (one) => (one.write === 'put' ? one.entry.resource_id : one.resource_id),
  });
  return {
    async put(entry) {
      const answer = await write({ write: 'put', entry });
      if (answer.put === 'failed') throw errorOf(answer);
      return answer;
    },
    async remove({ org_id }, resource_id, revision) {
      const answer = await write({ write: 'remove', org_id, resource_id, revision });
      if (answer.put === 'failed') throw errorOf(answer);
    },
    async forget({ org_id }, ids) {
      if (ids.length > HEADS) throw new RangeError(`at most ${HEADS} ids`);
      await thread.ask({ ask: 'forget', org_id, ids });
    },
    search: ({ org_id }, query) => thread.ask({ ask: 'search', org_id, query }),
    candidates: ({ org_id }, filters, weighed, limit) => thread.ask({ ask: 'candidates', org_id, filters, weighed, limit }),
    counts: ({ org_id }, filters, sought) => thread.ask({ ask: 'counts', org_id, filters, sought }),
    async heads({ org_id }, ids) {
      if (ids.length > HEADS) throw new RangeError(`at most ${HEADS} ids`);
      return thread.ask({ ask: 'heads', org_id, ids });
    },
    async contents({ org_id }, ids) {
      if (ids.length > HEADS) throw new RangeError(`at most ${HEADS} ids`);
      return thread.ask({ ask: 'contents', org_id, ids });
    },
    scan: (after, limit) => thread.ask({ ask: 'scan', after, limit }),
    count: () => thread.ask({ ask: 'count' }),
    identity: () => thread.ask({ ask: 'identity' }),
    outdated: () => thread.ask({ ask: 'outdated' }),
    onMadeAnew: (then) => void on_new.push(then),
    async ping() {
      await thread.ask({ ask: 'ping' });
    },
    close: () => thread.close(),
    generations: null,
  };
}

/** A batch is answered whatever becomes of its items: what the disk says to one of them is said of the file. */
function tellOf(credentials: Credentials, items: Written[]): Written[] {
  const faulty = items.find((item) => item.put === 'failed' && item.code !== null);
  if (faulty?.put === 'failed') credentials.failed(errorOf(faulty));
  else if (items.some(({ put }) => put === 'seen')) credentials.accepted(true);
  return items;
}
