/** Collections whose size is checked before their elements: checking 100,000 wrong ones would be expensive. */
import { z } from 'zod';

/** An array of `min` to `max` elements. */
export const boundedArray = <Item extends z.ZodType>(item: Item, { min = 0, max }: { min?: number; max: number }) =>
  z.array(z.unknown()).min(min).max(max).pipe(z.array(item));
