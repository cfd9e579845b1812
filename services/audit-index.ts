/** Looks whether the index holds what it is promised to hold, and says INDEX_LOST where it does not: after a wipe, or a new analyser. */
import type { Engine, Origin } from '../runtime/engine.ts';
import type { SearchIndex } from '../runtime/ports.ts';
import type { Facts, ResourcePlace, ResourceRow, Scope } from '../runtime/ports-facts.ts';

/** Rows looked at together: as many as `heads` takes. */
const PAGE = 200;
type Parts = { facts: Facts; index: SearchIndex; engine: Pick<Engine, 'send'> };

/** Goes through an organisation once; run again, it finds what a run that died has left. Answers how many entries were lost. */
export async function auditIndex(
  { facts, index, engine }: Parts,
  scope: Scope,
  origin: Origin,
  stopping: AbortSignal,
): Promise<number> {
  let lost = 0;
  let after: ResourcePlace | null = null;
  while (!stopping.aborted) {
    const rows: ResourceRow[] = await facts.resources.list(scope, {}, { sort: '-created_at', after, limit: PAGE });
    const last = rows.at(-1);
    if (!last) break;
    after = { key: last.created_at, resource_id: last.resource_id };
    const promised = rows.filter(({ searchable, indexed_revision }) => searchable && indexed_revision !== null);
    const heads = new Map(
      (
        await index.heads(
          scope,
          promised.map(({ resource_id }) => resource_id),
        )
      ).map((head) => [head.resource_id, head]),
    );
    for (const { resource_id, indexed_revision, revision } of promised) {
      const head = heads.get(resource_id);
      const holds = head && !head.deleted && head.revision >= (indexed_revision ?? 0) && head.revision <= revision;
      if (holds) continue;
      lost += 1;
      await engine.send({ scope, resource_id }, () => ({ event: { type: 'INDEX_LOST', revision: indexed_revision } }), origin);
    }
  }
  return lost;
}
