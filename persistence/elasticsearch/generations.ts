/** Indexes of different names behind the alias that searches read. Every action tolerates running twice. */
import type { estypes } from '@elastic/elasticsearch';
import { failureOf } from '../../contract/failures.ts';
import type { IndexEntry, IndexGenerations } from '../../runtime/ports/search-index.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { BULK_CHARACTERS, causeOf, type Elastic, refusal } from './client.ts';
import { ADDED, documentId, documentOf, MADE_WITH, type Model, mappings, settings, vectorsMapping } from './mapping.ts';
import type { Names } from './names.ts';
import type { VectorFields } from './vector-fields.ts';

/** Entries a bulk. */
const FILLED_AT_ONCE = 500;

export type Generations = IndexGenerations & {
  /** Sees to it that searches have an index to read: of this name, if there is none. True if it was made now, and is empty. */
  begin(name: () => Promise<string>): Promise<boolean>;
};

type Parts = { elastic: Elastic; names: Names; model: Model | null; fields: VectorFields };
export function generationsOf({ elastic, names, model, fields }: Parts): Generations {
  const added = { ...ADDED, ...(model ? vectorsMapping(model) : {}) };
  const whole = mappings();
  /** False if it was there. */
  async function made(name: string): Promise<boolean> {
    const [index, aliases] = [names.index(name), { [names.write(name)]: {} }];
    try {
      await elastic.call((client) =>
        client.indices.create({
          index,
          settings,
          mappings: { ...whole, properties: { ...whole.properties, ...added } },
          aliases,
        }),
      );
      return true;
    } catch (error) {
      if (causeOf(error) === 'resource_already_exists_exception') return false;
      throw error;
    }
  }
  const putMapping = (name: string) =>
    elastic.call((client) => client.indices.putMapping({ index: names.index(name), properties: added }));
  const held = (name: string): Promise<boolean> =>
    elastic.call((client) => client.indices.existsAlias({ name: names.readers, index: names.index(name) }));

  return {
    async begin(name) {
      fields.forget();
      if (await elastic.call((client) => client.indices.existsAlias({ name: names.readers }))) {
        await elastic.call((client) => client.indices.putMapping({ index: names.every, properties: added }));
        return false;
      }
      const first = await name();
      const anew = await made(first);
      if (!anew) await putMapping(first); // another process has made it a moment ago, with its own model
      await elastic.call((client) => client.indices.putAlias({ index: names.index(first), name: names.readers }));
      return anew;
    },
    async create(name) {
      if (!(await made(name))) await putMapping(name);
      await fields.copyTo(names.index(name)); // behind it: who begins later adds its field to this one too
    },
    async fill(name, entries) {
      const models = await Promise.all(entries.map(({ vectors }) => fields.modelOf(vectors)));
      for (let at = 0; at < entries.length; ) {
        const documents = documentsFrom({ entries, models }, at);
        await filled(elastic, names.write(name), documents);
        at += documents.length;
      }
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
      return Object.entries(MADE_WITH).some(([what, value]) => made_with[what] !== value);
    },
  };
}

type Filled = { entry: IndexEntry; text: string };

/** The documents of one bulk: from `at` on, one at least, and others while they are within the bounds of a bulk. */
function documentsFrom({ entries, models }: { entries: IndexEntry[]; models: (Model | null)[] }, at: number): Filled[] {
  const documents: Filled[] = [];
  let characters = 0;
  for (const [n, entry] of entries.slice(at, at + FILLED_AT_ONCE).entries()) {
    const text = JSON.stringify(documentOf(entry, models[at + n] ?? null));
    characters += text.length;
    if (characters > BULK_CHARACTERS && documents.length > 0) break;
    documents.push({ entry, text });
  }
  return documents;
}

/** 409: what is there is newer, and right. */
async function filled(elastic: Elastic, alias: string, documents: Filled[]): Promise<void> {
  const operations = documents.flatMap(({ entry, text }): (estypes.BulkOperationContainer | string)[] => {
    const { org_id, resource_id, revision } = entry;
    const target = { _index: alias, _id: documentId(org_id, resource_id), require_alias: true };
    return [{ index: { ...target, version: revision, version_type: 'external_gte' as const } }, text];
  });
  const { items } = await elastic.call((client) => client.bulk<string>({ operations }));
  const failed = items.find(({ index }) => index?.error && index.status !== 409)?.index;
  if (failed) throw refusal(failed.status, failed.error?.type ?? '', `${failed._id}: ${failed.error?.reason ?? ''}`);
}
