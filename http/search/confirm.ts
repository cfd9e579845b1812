/** Which hits may be shown: the facts decide. A search asks for many again: as candidates, as hits, and for their duplicates. */
import type { SearchRequest } from '../../contract/search.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { KeyRequest } from '../context.ts';

type Hits = readonly { resource_id: string }[];
/** The rows of those that may be shown. */
export type Confirm = (hits: Hits) => Promise<Map<string, ResourceRow>>;
/** The ids of their texts, by their own; without a row where that is not known: most candidates are never shown. */
export type TextIds = (hits: Hits) => Promise<ReadonlyMap<string, string>>;

export function confirmer(
  { deps, caller }: KeyRequest,
  phase: SearchRequest['phase'],
): { confirm: Confirm; textIds: TextIds; textIdsOfRows: TextIds } {
  const known = new Map<string, ResourceRow | null>();
  const confirm: Confirm = async (hits) => {
    const ids = hits.map(({ resource_id }) => resource_id);
    const unknown = ids.filter((id) => !known.has(id));
    const rows = unknown.length === 0 ? [] : await deps.facts.resources.getMany(caller.scope, unknown);
    for (const id of unknown) known.set(id, null);
    for (const row of rows) if (row.searchable && (!phase || phase.includes(row.phase))) known.set(row.resource_id, row);
    const confirmed = new Map<string, ResourceRow>();
    for (const id of ids) {
      const row = known.get(id);
      if (row) confirmed.set(id, row);
    }
    return confirmed;
  };
  const ofRows = (rows: Iterable<ResourceRow>): [string, string][] =>
    [...rows].flatMap(({ resource_id, text_id }): [string, string][] => (text_id === null ? [] : [[resource_id, text_id]]));
  return {
    confirm,
    textIdsOfRows: async (hits) => new Map(ofRows((await confirm(hits)).values())),
    async textIds(hits) {
      const unknown = hits.filter(({ resource_id }) => !known.has(resource_id)).map(({ resource_id }) => resource_id);
      const found = unknown.length === 0 ? [] : await deps.facts.resources.searchableTexts(caller.scope, unknown);
      const shown = found.filter((one) => !phase || phase.includes(one.phase));
      const rows = hits.flatMap(({ resource_id }) => known.get(resource_id) ?? []);
      return new Map([...ofRows(rows), ...shown.map(({ resource_id, text_id }): [string, string] => [resource_id, text_id])]);
    },
  };
}
