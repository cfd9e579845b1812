/** What the processes of the chaos test have in common. */
import { hashedNgrams } from '../../providers/hashed-ngrams.ts';

/** A unit vector of the dimension that the index is made for. */
const { dimension } = hashedNgrams();
export const VECTOR = Array.from({ length: dimension }, (_, i) => (i === 0 ? 1 : 0));
