/** What stands behind the HTTP world: the real machine, whose results a test says, and an index that ranks as it is bidden. */
import { durable } from '../../machines/interpreter.ts';
import { resourceMachineWith } from '../../machines/resource.ts';
import { resourceContext, viewOf } from '../../machines/resource-view.ts';
import type { IndexQuery, SearchIndex } from '../../runtime/ports/search-index.ts';
import type { Lifecycle } from '../../runtime/resources/lifecycle.ts';
import type { Writes } from '../../runtime/tasks/step-handler.ts';
import { only } from './missing.ts';

/** What the index returns, best first, and what it was asked. */
export type Ranking = { ids: string[]; asked: IndexQuery[] };

/** The real machine; what a service would write is what the test said. */
export function lifecycleOf(outputs: ReadonlyMap<string, Writes>): Lifecycle {
  return {
    kernel: durable(resourceMachineWith({})),
    input: ({ resource_id, org_id, user_id, described, claimed }) => ({ resource_id, org_id, user_id, described, claimed }),
    columns: (instance) => {
      const { described, original_key, fact_ids } = resourceContext(instance);
      const { withdrawn: _, rests: __, ...view } = viewOf(instance);
      return {
        ...view,
        described,
        original_key,
        recognition_id: fact_ids.recognition,
        correction_id: fact_ids.correction,
        text_id: fact_ids.saved,
      };
    },
    writes: async ({ output }) => {
      const { token } = output as { token: string }; // put there by `done`
      return outputs.get(token) ?? { facts: [] };
    },
    messages: () => [],
  };
}

/** Returns what `ids` says, best first, all of it exact. */
export const rankedIndex = ({ ids, asked }: Ranking): SearchIndex =>
  only('index', {
    search: async (_scope, query) => {
      asked.push(query);
      const all = ids
        .filter((id) => !query.except.includes(id) && (query.only?.includes(id) ?? true))
        .map((resource_id, at) => ({ resource_id, revision: 1, created_at: ids.length - at, score: 1 / (at + 1) }));
      const left = all.filter(({ created_at }) => query.after === null || created_at < query.after.created_at);
      return { hits: left.slice(0, query.limit), total: all.length, total_is_exact: true, facets: {} };
    },
    candidates: async () => [],
    counts: async (_scope, _filters, sought) => ({ total: ids.length, counts: sought.map(() => ids.length) }),
  });
