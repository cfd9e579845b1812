/**
 * The steps of the lifecycle, one declaration each. All tables by step, by fact and by row derive from it, here and in the layers above. What
 * a layer adds of its own (a state, a handler, the columns of a row) it keeps in a table that does not compile while a step is missing.
 */
import type { Text } from './statuses.ts';

const MINUTE = 60_000;

/** What a step may need: it pauses while one of them is known to be unavailable. */
export type Need = 'objects' | 'recogniser' | 'embedder' | 'index';

type StepDeclaration = {
  /** Jobs that run the step beside the one of its own name. */
  more_jobs: readonly string[];
  /**
   * The fact that holds once the step is done, and its row, null where the fact is kept elsewhere. stored_as: in the table `${stored_as}s`,
   * by the key `${stored_as}_id`. superseded: older rows are removed once a later revision is in the index. words: where it is missing.
   */
  makes: { fact: string; row: string; stored_as: string; superseded: boolean; words: Text } | { fact: string; row: null } | null;
  /** The rows that it reads: one that is gone is made again. */
  reads: readonly string[];
  /** A person may order it, and all steps after it, to be done again. */
  reprocess: boolean;
  /** It opens the bytes of a picture in our processes: the picture may be why it takes long, or dies. */
  decodes: boolean;
  /** Its runs write below the place of their picture in the store. */
  writes_objects: boolean;
  /** A provider may do it, which gives a ticket for the work. */
  by_provider: boolean;
  needs: readonly Need[];
  /** From the acceptance of a job to the end of its run, with all attempts of its task. */
  deadline_ms: number;
  /** Of one run; below the deadline, so that the worker gives up first, and records why. */
  run_time_limit_ms: number;
  /** Runs of a worker at once. OCR is bound by the processors, the others mostly wait for the disk. */
  concurrency: number;
};

/** In the order in which they follow one another: each fact is made from those before it. */
export const STEPS = {
  inspect: {
    more_jobs: [],
    makes: null,
    reads: [],
    reprocess: false,
    decodes: true,
    writes_objects: true,
    by_provider: false,
    needs: ['objects'],
    deadline_ms: 5 * MINUTE, // reading and decoding one picture of the largest size on a busy machine
    run_time_limit_ms: 4 * MINUTE,
    concurrency: 2,
  },
  ocr: {
    more_jobs: [],
    makes: {
      fact: 'text',
      row: 'recognition',
      stored_as: 'recognition',
      superseded: true,
      words: { en: 'what was read', zh: '识别结果' },
    },
    reads: [],
    reprocess: true,
    decodes: true,
    writes_objects: false,
    by_provider: true,
    needs: ['objects', 'recogniser'],
    deadline_ms: 30 * MINUTE, // all attempts of a task with their backoff, at the engine's own time limit each
    run_time_limit_ms: 26 * MINUTE, // the longest document
    concurrency: 2,
  },
  save: {
    more_jobs: [],
    makes: {
      fact: 'saved',
      row: 'saved',
      stored_as: 'text',
      superseded: true,
      words: { en: 'the saved text', zh: '已存文字' },
    },
    reads: ['recognition', 'correction'],
    reprocess: false,
    decodes: false,
    writes_objects: false,
    by_provider: false,
    needs: [],
    deadline_ms: 5 * MINUTE, // one transaction, tried again through a database's failover
    run_time_limit_ms: 4 * MINUTE,
    concurrency: 8,
  },
  embed: {
    more_jobs: [],
    makes: {
      fact: 'embedded',
      row: 'embedded',
      stored_as: 'embedding',
      superseded: true,
      words: { en: 'the vector', zh: '向量' },
    },
    reads: ['saved'],
    reprocess: true,
    decodes: false,
    writes_objects: false,
    by_provider: true,
    needs: ['embedder'],
    deadline_ms: 30 * MINUTE, // as OCR: a remote provider under load
    run_time_limit_ms: 4 * MINUTE,
    concurrency: 8,
  },
  index: {
    more_jobs: ['text'], // the text alone, written while the vector is late
    makes: { fact: 'indexed', row: null },
    reads: ['saved', 'embedded'],
    reprocess: true,
    decodes: false,
    writes_objects: false,
    by_provider: false,
    needs: ['index'],
    deadline_ms: 5 * MINUTE, // a bulk write, its refresh and its read-back, through a restart of the index
    run_time_limit_ms: 4 * MINUTE,
    concurrency: 16,
  },
  purge: {
    more_jobs: ['discard'], // the bytes of an expired picture; its row stays
    makes: null,
    reads: [],
    reprocess: false,
    decodes: false,
    writes_objects: false,
    by_provider: false,
    needs: ['index', 'objects'],
    deadline_ms: 5 * MINUTE, // a tombstone, a few objects and a few rows
    run_time_limit_ms: 4 * MINUTE,
    concurrency: 4,
  },
} as const satisfies Record<string, StepDeclaration>;

/** The rows that people enter, not steps. A correction is, together with the recognition, the fact `text`. */
const ENTERED = {
  correction: {
    fact: 'text',
    row: 'correction',
    stored_as: 'correction',
    superseded: false,
    words: { en: 'the correction', zh: '人工更正' },
  },
} as const;

type Steps = typeof STEPS;
type MadeRow = Extract<Steps[StepKind]['makes'], { row: string }> | (typeof ENTERED)[keyof typeof ENTERED];
/** Each has a queue, a concurrency and a handler. */
export type StepKind = keyof Steps;
export type Fact = Extract<Steps[StepKind]['makes'], object>['fact'];
/** The rows that hold the facts. */
export type FactRow = MadeRow['row'];
/** The name of a row in the database, and in the inputs of steps: see `stored_as`. */
export type StoredAs<Row extends FactRow = FactRow> = Extract<MadeRow, { row: Row }>['stored_as'];
/** The jobs of a resource. */
export type JobId = StepKind | Steps[StepKind]['more_jobs'][number];
export type ReprocessFrom = { [Kind in StepKind]: Steps[Kind]['reprocess'] extends true ? Kind : never }[StepKind];
/** The rows of which older ones are removed; the index step names those that stay. */
export type SupersededRow = Extract<MadeRow, { superseded: true }>['row'];

const declared: [StepKind, StepDeclaration][] = Object.entries(STEPS).map(([kind, step]) => [kind as StepKind, step]);
const those = (property: 'reprocess' | 'decodes' | 'writes_objects' | 'by_provider') =>
  declared.flatMap(([kind, step]) => (step[property] ? [kind] : []));

export const STEP_KINDS: readonly StepKind[] = declared.map(([kind]) => kind);
export const isStepKind = (name: string): name is StepKind => STEP_KINDS.some((kind) => kind === name);
/** A table by step, of one property of its declaration. */
export const byStep = <Value>(of: (step: StepDeclaration) => Value): Record<StepKind, Value> =>
  Object.fromEntries(declared.map(([kind, step]) => [kind, of(step)])) as Record<StepKind, Value>;

/** The step that each job runs. */
export const STEP_OF_JOB = Object.fromEntries(
  declared.flatMap(([kind, { more_jobs }]) => [kind, ...more_jobs].map((job) => [job, kind])),
) as Record<JobId, StepKind>;
export const isJobId = (id: string): id is JobId => Object.hasOwn(STEP_OF_JOB, id);

export const DECODES: ReadonlySet<StepKind> = new Set(those('decodes'));
export const WRITES_OBJECTS: ReadonlySet<StepKind> = new Set(those('writes_objects'));
export const BY_PROVIDER: ReadonlySet<StepKind> = new Set(those('by_provider'));
/** The steps from which a person may reprocess. */
export const REPROCESS_FROM = those('reprocess') as readonly ReprocessFrom[];

export type MakingStep = { [Kind in StepKind]: Steps[Kind]['makes'] extends null ? never : Kind }[StepKind];
/** The step that makes each fact, in the order in which they are made. */
export const STEP_OF_FACT = Object.fromEntries(
  declared.flatMap(([kind, { makes }]) => (makes ? [[makes.fact, kind]] : [])),
) as Record<Fact, MakingStep>;
/** In the order in which they are made; each is made from those before it. */
export const FACTS = Object.keys(STEP_OF_FACT) as readonly Fact[];
export const factsBefore = (fact: Fact): readonly Fact[] => FACTS.slice(0, FACTS.indexOf(fact));
/** The fact that a step makes; those that make none are no part of this type. */
export const factOf = (kind: MakingStep): Fact => STEPS[kind].makes.fact;
/** The step that makes the fact after that of `kind`; throws for the last one. */
export function stepAfter(kind: MakingStep): StepKind {
  const fact = FACTS[FACTS.indexOf(factOf(kind)) + 1];
  if (!fact) throw new RangeError(`no step follows ${kind}`);
  return STEP_OF_FACT[fact];
}

type RowPlace = {
  fact: Fact;
  stored_as: StoredAs;
  table: `${StoredAs}s`;
  key: `${StoredAs}_id`;
  superseded: boolean;
  words: Text;
};
/** What is entered stands after what a step has made of the same fact. */
const allRows = declared.flatMap(([, { makes }]) =>
  makes && makes.row !== null ? [makes, ...Object.values(ENTERED).filter(({ fact }) => fact === makes.fact)] : [],
);
/** Which fact each row holds, and where it is stored. */
export const ROWS = Object.fromEntries(
  allRows.map((row) => {
    const [fact, stored_as] = [row.fact as Fact, row.stored_as as StoredAs];
    const place: RowPlace = { ...row, fact, stored_as, table: `${stored_as}s`, key: `${stored_as}_id` };
    return [row.row, place];
  }),
) as Record<FactRow, RowPlace>;
export const FACT_ROWS = Object.keys(ROWS) as readonly FactRow[];
export const isEntered = (row: FactRow): boolean => Object.hasOwn(ENTERED, row);
