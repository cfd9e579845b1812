/** The kinds of steps; each has a queue, a concurrency and a handler. */
export const STEP_KINDS = ['inspect', 'ocr', 'save', 'embed', 'index', 'purge'] as const;

export type StepKind = (typeof STEP_KINDS)[number];

/** Steps that open the bytes of a picture in our processes: a picture may be why one of them takes long, or dies. */
export const DECODES: ReadonlySet<StepKind> = new Set(['inspect', 'ocr']);

/** The rows that hold the facts. `recognition` and `correction` together are the fact `text`. */
export const FACT_ROWS = ['recognition', 'correction', 'saved', 'embedded'] as const;

export type FactRow = (typeof FACT_ROWS)[number];
