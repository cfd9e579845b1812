/**
 * The id of a piece of work at a provider: the same for all runs of it, whatever their tokens are. A person's order to redo it makes another.
 */
import { createHash } from 'node:crypto';
import type { Json } from '../../contract/json.ts';

/** Characters of base64url, 6 bits each: 132 bits, so that ids do not collide. */
const HASH_CHARS = 22;

/** `order`: how often a person has ordered it again. */
export type WorkOf = { resource_id: string; original_key: string; order: number };

/** Two hashes: of what is done for whom, and of how it is done (`options`). The first can be checked without knowing the options. */
export const workIdOf = ({ resource_id, original_key, order }: WorkOf, options: Json): string =>
  `${hashOf([resource_id, original_key, order])}.${hashOf(options)}`;

const hashOf = (parts: Json) => createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, HASH_CHARS);

/** The same order for the same picture, though perhaps with other options. */
export const isSameWork = (one: string, other: string): boolean => one.split('.')[0] === other.split('.')[0];
