/** Where no embedder is configured: no text has a vector, and nothing waits for one. */
import type { Embedder } from '../runtime/ports/providers.ts';

/** `embed` answers no vectors: whoever needs one asks `isAbsent` first. */
export const noEmbedder = (): Embedder => ({ model: 'none', dimension: 0, embed: async () => [] });
