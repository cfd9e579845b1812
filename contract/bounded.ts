/** Collections whose size is checked before their elements: checking 100,000 wrong ones would be expensive. */
import { z } from 'zod';

const DESCRIBED = new WeakMap<z.core.$ZodType, z.ZodType>();

/** An array of `min` to `max` elements. */
export function boundedArray<Item extends z.ZodType>(item: Item, { min = 0, max }: { min?: number; max: number }) {
  const schema = z.array(z.unknown()).min(min).max(max).pipe(z.array(item));
  DESCRIBED.set(schema, z.array(item).min(min).max(max));
  return schema;
}

/** The array that a bounded one takes, in one schema, as documents describe it; null for any other schema. */
export const describedArray = (schema: z.core.$ZodType): z.ZodType | null => DESCRIBED.get(schema) ?? null;
