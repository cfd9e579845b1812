/** How deep and how full a JSON text is, counted over its bytes before anything is made of them. */

/** values: those of all kinds, and names; empty containers may count once too often. */
export type JsonBounds = { max_json_depth: number; max_json_values: number };
export type Excess = 'depth' | 'values';

const CODE = {
  quote: 0x22,
  backslash: 0x5c,
  comma: 0x2c,
  colon: 0x3a,
  array: 0x5b,
  array_end: 0x5d,
  object: 0x7b,
  object_end: 0x7d,
} as const;

/** No body of a protocol of ours is deeper than 8; other fields, which are left out, may be. */
const MAX_FOREIGN_DEPTH = 64;

/**
 * Whether the JSON of a provider is nested too deep to be parsed: that takes some 4 µs and 100 bytes for each level. A million levels,
 * of the four that 8 MiB hold, took 3.9 s, and were refused afterwards all the same.
 */
export const isTooDeep = (json: string): boolean =>
  excessOf(new TextEncoder().encode(json), { max_json_depth: MAX_FOREIGN_DEPTH, max_json_values: Infinity }) === 'depth';

/**
 * Which bound is exceeded, or null. Linear in the bytes, makes nothing, and stops at the excess: a body of a megabyte may hold 500,000
 * values, whose parsing and checking costs seconds. Text that is no JSON gets some answer, and is refused by the parser after it.
 */
export function excessOf(bytes: Uint8Array, { max_json_depth, max_json_values }: JsonBounds): Excess | null {
  let depth = 0;
  let values = 1;
  for (let i = 0; i < bytes.length; i++) {
    switch (bytes[i]) {
      case CODE.quote:
        i = endOfString(bytes, i + 1);
        break;
      case CODE.array:
      case CODE.object:
        depth += 1;
        values += 1;
        if (depth > max_json_depth) return 'depth';
        break;
      case CODE.array_end:
      case CODE.object_end:
        depth -= 1;
        break;
      case CODE.comma:
      case CODE.colon:
        values += 1;
    }
    if (values > max_json_values) return 'values';
  }
  return null;
}

/** Where the quote is that ends the string which is open at `from`; the length if there is none. */
function endOfString(bytes: Uint8Array, from: number): number {
  let i = from;
  while (i < bytes.length && bytes[i] !== CODE.quote) i += bytes[i] === CODE.backslash ? 2 : 1;
  return i;
}
