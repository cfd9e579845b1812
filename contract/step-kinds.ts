/** One kind of work each: a queue, a concurrency and a service. */
export const STEP_KINDS = ['inspect', 'ocr', 'save', 'embed', 'index', 'purge'] as const;

export type StepKind = (typeof STEP_KINDS)[number];

/** Steps that open the bytes of a picture in our processes: a picture may be why one of them takes long, or dies. */
export const DECODES: ReadonlySet<StepKind> = new Set(['inspect', 'ocr']);
