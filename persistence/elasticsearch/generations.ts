/** Indexes of different names behind the alias that searches read. Every action tolerates running twice. */
import { failureOf } from '../../contract/failures.ts';
import type { IndexEntry, IndexGenerations } from '../../runtime/ports/search-index.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { causeOf, type Elastic, refusal } from './client.ts';
import { CONTENT, documentId, documentOf, madeWith, mappings, settings } from './mapping.ts';
import type { Names } from './names.ts';

/** Entries a bulk: a few megabytes. */
const FILLED_AT_ONCE = 500;

export type Generations = IndexGenerations & {
  /** Sees to it that searches have an index to read: of this name, if there is none. True if it was made now, and is empty. */
  begin(name: () => Promise<string>): Promise<boolean>;
};

export function generationsOf(elastic: Elastic, names: Names, dimension: number): Generations {
  /** False if it was there. */
  async function made(name: string): Promise<boolean> {
    const [index, aliases] = [names.index(name), { [names.write(name)]: {} }];
    try {
      await elastic.call((client) => client.indices.create({ index, settings, mappings: mappings(dimension), aliases }));
      return true;
    } catch (error) {
      if (causeOf(error) === 'resource_already_exists_exception') return false;
      throw error;
    }
  }
  const held = (name: string): Promise<boolean> =>
    elastic.call((client) => client.indices.existsAlias({ name: names.readers, index: names.index(name) }));

  return {
    async begin(name) {
      if (await elastic.call((client) => client.indices.existsAlias({ name: names.readers }))) {
        await elastic.call((client) => client.indices.putMapping({ index: names.every, properties: CONTENT }));
        return false;
      }
      const first = await name();
      const anew = await made(first);
      await elastic.call((client) => client.indices.putAlias({ index: names.index(first), name: names.readers }));
      return anew;
    },
    async create(name) {
      await made(name);
    },
    async fill(name, entries) {
      for (let at = 0; at < entries.length; at += FILLED_AT_ONCE)
        await filled(elastic, names.write(name), entries.slice(at, at + FILLED_AT_ONCE));
      const { _shards } = await elastic.call((client) => client.indices.refresh({ index: names.write(name) }));
      if (_shards && _shards.failed > 0)
        throw new StepError(failureOf('READ_BACK_MISMATCH', `${names.index(name)} could not be refreshed`));
    },
    async promote(name) {
      const alias = names.readers;
      const actions = [
        { remove: { index: names.every, alias, must_exist: false } },
        { add: { index: names.index(name), alias } },
      ];
      await elastic.call((client) => client.indices.updateAliases({ actions }));
    },
    async drop(name) {
      if (await held(name)) throw new Error(`searches read the index ${name}: it is not dropped`);
      await elastic.call((client) => client.indices.delete({ index: names.index(name), ignore_unavailable: true }));
    },
    async served() {
      const name = names.readers;
      if (!(await elastic.call((client) => client.indices.existsAlias({ name })))) return null;
      const [index = ''] = Object.keys(await elastic.call((client) => client.indices.getAlias({ name })));
      return names.generation(index);
    },
    async outdated(name) {
      const index = names.index(name);
      const found = await elastic.call((client) => client.indices.getMapping({ index, ignore_unavailable: true }));
      const made_with = found[index]?.mappings._meta ?? {};
      const { dimension: length, ...analysis } = madeWith(dimension);
      if (Object.entries(analysis).some(([what, value]) => made_with[what] !== value)) return 'analyser';
      return made_with.dimension === length ? null : 'embedder';
    },
  };
}

/** 409: what is there is newer, and right. */
async function filled(elastic: Elastic, alias: string, entries: IndexEntry[]): Promise<void> {
  const operations = entries.flatMap((entry) => {
    const { org_id, resource_id, revision } = entry;
    const target = { _index: alias, _id: documentId(org_id, resource_id), require_alias: true };
    return [{ index: { ...target, version: revision, version_type: 'external_gte' as const } }, documentOf(entry)];
  });
  const { items } = await elastic.call((client) => client.bulk({ operations }));
  const failed = items.find(({ index }) => index?.error && index.status !== 409)?.index;
  if (failed) throw refusal(failed.status, failed.error?.type ?? '', `${failed._id}: ${failed.error?.reason ?? ''}`);
}
