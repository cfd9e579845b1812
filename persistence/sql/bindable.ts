/** What may be bound to a statement: the same for every database, so that none of them stores what another refuses. */

export type Binding = null | number | bigint | string | Uint8Array;

/**
 * What a database would store as something else without a word is refused: NUL cuts a string in SQLite, a lone surrogate becomes
 * another character, NaN becomes NULL, an integer past 2^53 was already rounded, an object is taken for named parameters.
 */
export function bindable(value: unknown): Binding {
  switch (typeof value) {
    case 'string':
      if (value.includes('\u0000')) throw new TypeError('a text with NUL can not be stored');
      if (!value.isWellFormed()) throw new TypeError('a text with a lone surrogate can not be stored');
      return value;
    case 'number':
      if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
        throw new TypeError(`${value} can not be stored exactly`);
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'bigint':
      return value;
  }
  if (value === null || value instanceof Uint8Array) return value;
  if (value instanceof Date) return value.getTime();
  throw new TypeError(`a ${typeof value} can not be stored`);
}
