/**
 * What the indexes are called. Each generation is an index with a write alias of its own: a write to an alias can be set to make no
 * index where none is (`require_alias`), a write to an index can't. Searches read one alias, which is on one generation.
 */
import type { IndexTargets } from '../../runtime/ports/service-state.ts';

/** Pattern of the names of an alias and a generation: what Elasticsearch takes anywhere in a name, and no wildcard. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,99}$/;

export type Names = {
  /** What searches read. */
  readers: string;
  index(generation: string): string;
  write(generation: string): string;
  /** The generation that an index is of; null for another's. */
  generation(index: string): string | null;
  /** Matches the indexes of all generations. */
  every: string;
};

export function namesOf(alias: string): Names {
  checked(alias);
  return {
    readers: alias,
    index: (generation) => `${alias}-index-${checked(generation)}`,
    write: (generation) => `${alias}-write-${checked(generation)}`,
    generation: (index) => (index.startsWith(`${alias}-index-`) ? index.slice(`${alias}-index-`.length) : null),
    every: `${alias}-index-*`,
  };
}

function checked(name: string): string {
  if (!NAME.test(name)) throw new RangeError(`${name} can't be the name of an index: small letters, digits, - and _`);
  return name;
}

/** Where a write goes, and where it must be seen: what searches read, and what they will read next. */
export type Places = { write: string[]; seen: string[] };
export function placesOf(names: Names, into: IndexTargets | null | undefined): Places {
  if (!into) return { write: [names.readers], seen: [names.readers] };
  const building = into.building === null || into.building === into.live ? [] : [names.write(into.building)];
  return { write: [names.write(into.live), ...building], seen: [names.readers, ...building] };
}
