/** The lifecycle of one picture. States in CAPITALS are statuses; exactly one is active after every step. */
import { and } from 'xstate/guards';
import type { Json } from '../contract/json.ts';
import {
  type Fact,
  factsBefore,
  type JobId,
  type MakingStep,
  STEP_OF_FACT,
  STEPS,
  type StepKind,
  stepAfter,
} from '../contract/step-kinds.ts';
import { type ResourceLimits, resourceLimits } from './limits.ts';
import { mayRemake, textIsRemade } from './resource-facts.ts';
import { INPUT_OF_JOB } from './resource-jobs.ts';
import { readers } from './resource-readers.ts';
import { blankContext, delaysOf, type ResourceContext, resourceSetup, runsLeft } from './resource-setup.ts';

type Shape = { job: JobId; src: StepKind; id?: string; waiting?: string; working?: string; failed?: string };
/**
 * One step: the job belongs to the parent, so it keeps its token from waiting to working.
 * Waiting has no deadline (a queue is no failure); an accepted job has one, and runs again with a new token. One that was accepted
 * and meets an outage is released: it waits again, and no deadline runs.
 */
const step = ({ job, src, id = job, waiting = 'queued', working = 'running', failed = '#INDEX_FAILED' }: Shape) => ({
  id,
  initial: waiting,
  states: {
    [waiting]: { on: { [`ACCEPTED.${job}`]: working } },
    [working]: {
      on: { [`RELEASED.${job}`]: waiting },
      after: {
        [`${src}_deadline`]: [
          { guard: 'runsLeft' as const, target: `#${id}`, reenter: true, actions: 'countRun' as const },
          { target: failed, actions: { type: 'missDeadline' as const, params: src } },
        ],
      },
    },
  },
});
const inputOf = (job: JobId): ((given: { context: ResourceContext }) => Json) => INPUT_OF_JOB[job];
const invoke = <Src extends StepKind>(job: JobId, src: Src, failed = '#INDEX_FAILED') => ({
  id: job,
  src,
  input: inputOf(job),
  onError: { target: failed, actions: { type: 'fail' as const, params: src } },
});
/** What an earlier step has made may be gone: then that is forgotten, and made again. RETRY begins there too. */
const reading = <Src extends StepKind>(job: JobId, src: Src) => ({
  ...invoke(job, src),
  onError: [
    { guard: 'mayRemake' as const, target: '#resume', actions: 'forgetMissing' as const },
    {
      guard: 'isMissing' as const,
      target: '#INDEX_FAILED',
      actions: [{ type: 'fail' as const, params: src }, 'forgetMissing' as const],
    },
    { target: '#INDEX_FAILED', actions: { type: 'fail' as const, params: src } },
  ],
});
/** A fact that a person enters. */
const established = (fact: Fact) => ({ type: 'establish' as const, params: { fact } });
/** The fact of a step, whose output names the row. */
const made = (kind: MakingStep) => {
  const { fact, row } = STEPS[kind].makes;
  return { type: 'establish' as const, params: row ? { fact, row } : { fact } };
};
/** Where a step leads: to the one that makes the next fact. The states of steps have their ids. */
const next = (kind: MakingStep): string => `#${stepAfter(kind)}`;
const lacks = (fact: Fact) => ({ type: 'lacks' as const, params: fact });
const revise = (...kept: Fact[]) => ({ type: 'revise' as const, params: kept });
/** Metadata are read by `save` first. */
const described = ['describe' as const, revise(...factsBefore('saved'))];
/** The count of runs is reset by transitions, never in `entry`: a repeated run enters too, and would go on for ever. */
const afresh = (target: string) => ({ target, actions: 'startAfresh' as const });
const removable = { DELETE: afresh('#DELETING') };
/** From every status that people see. Its index entry stays: readers see `searchable`, and only DELETING removes it. */
const trashable = { ...removable, TRASH: afresh('#TRASHED') };
const RESTORE = { target: '#resume', actions: 'readmit' as const };
const REPROCESS = { target: '#resume', actions: 'reprocess' as const };

/** A look under way is not begun anew: it would lose its place in the queue. */
const look = [{ guard: 'isProbing' as const, actions: 'lookAgain' as const }, { target: '.probing' }];

/** The statuses that look at the store, and the one that waits for a person. */
const arriving = {
  AWAITING_UPLOAD: resourceSetup.createStateConfig({
    initial: 'waiting',
    entry: 'awaitAgain', // as its timers do
    /** The store has the last word. */
    after: {
      first_look: look,
      second_look: look,
      third_look: look,
      link_expiry: '.probing',
      upload_deadline: { target: '.probing', actions: 'markOverdue' },
    },
    on: {
      ...trashable,
      UPLOAD_REPORTED: [{ guard: and(['isHint', 'isProbing']), actions: 'lookAgain' }, { target: '.probing' }],
      METADATA_SUBMITTED: { guard: 'staysDescribed', actions: described },
      UPLOAD_LINK_ISSUED: [
        // both timers begin anew; so does a look in flight, which would be lost otherwise
        { guard: 'isProbing', target: '.probing', reenter: true },
        { target: '.waiting', reenter: true },
      ],
    },
    states: {
      waiting: { tags: 'uploading' },
      probing: {
        ...step({ job: 'inspect', src: 'inspect' }),
        tags: 'working',
        entry: 'beginLook',
        invoke: {
          ...invoke('inspect', 'inspect'),
          onDone: [
            { guard: { type: 'verdict', params: 'legal' }, target: '#resume', actions: 'keepPicture' },
            { guard: { type: 'verdict', params: 'illegal' }, target: '#REJECTED', actions: 'reject' },
            { guard: 'absentUntilReport', target: 'probing', reenter: true },
            { guard: 'absentForGood', ...afresh('#EXPIRED') },
            { target: 'waiting' },
          ],
        },
      },
    },
  }),
  UPLOADED_NO_METADATA: resourceSetup.createStateConfig({
    id: 'UPLOADED_NO_METADATA',
    tags: 'needs_person',
    after: { metadata_warning: { actions: 'warn' }, metadata_deadline: afresh('#EXPIRED') },
    on: {
      ...trashable,
      METADATA_SUBMITTED: [
        { guard: 'isComplete', target: '#resume', actions: described },
        { actions: described }, // a draft is kept, the deadline stays
      ],
    },
  }),
};

/** From the first read to the index, and where that may end. */
const indexing = resourceSetup.createStateConfig({
  initial: 'recognising',
  on: {
    ...trashable,
    METADATA_SUBMITTED: { guard: 'staysDescribed', target: '#resume', actions: described },
    TEXT_CORRECTED: [
      { guard: 'isCorrection', target: '#resume', actions: ['correct', revise(), established('text')] },
      { guard: 'isBackToMachine', target: '#resume', actions: ['correct', revise('text')] },
      { guard: 'hasPicture', target: '#resume', actions: ['correct', revise()] }, // what the machine read is missing or out of date
    ],
    INDEX_LOST: { guard: 'isThatEntry', actions: 'forgetIndex' },
  },
  states: {
    recognising: {
      tags: 'working',
      ...step({ job: 'ocr', src: 'ocr', waiting: 'READY_FOR_OCR', working: 'INIT' }),
      invoke: { ...invoke('ocr', 'ocr'), onDone: { target: next('ocr'), actions: made('ocr') } },
      on: {
        /** Reading the picture does not depend on metadata: the run goes on, its result holds for the new revision. */
        METADATA_SUBMITTED: { guard: 'staysDescribed', actions: described },
        /** The machine's words are on their way. */
        TEXT_CORRECTED: { guard: 'isTakenBack', actions: ['correct', revise()] },
      },
    },
    OCR_DONE: {
      tags: 'working',
      ...step({ job: 'save', src: 'save' }),
      invoke: { ...reading('save', 'save'), onDone: { target: next('save'), actions: made('save') } },
    },
    embedding: {
      tags: 'working',
      ...step({ job: 'embed', src: 'embed', waiting: 'METADATA_SAVED', working: 'VECTOR_PENDING' }),
      after: { embed_grace: { actions: 'markVectorLate' } },
      /** Found gone by the text that goes beside it. */
      always: [
        { guard: 'textIsRemade', target: '#resume' },
        { guard: lacks('saved'), target: '#INDEX_FAILED', actions: { type: 'fail', params: 'index' } },
      ],
      invoke: {
        ...reading('embed', 'embed'),
        onDone: [
          { guard: 'vectorIsLate', target: next('embed'), actions: ['outrunText', made('embed')] },
          { target: next('embed'), actions: made('embed') },
        ],
      },
    },
    VECTOR_DONE: {
      tags: 'working',
      ...step({ job: 'index', src: 'index' }),
      invoke: {
        ...reading('index', 'index'),
        onDone: [
          { guard: 'indexIsAhead', target: '#resume', actions: 'overtake' },
          { target: 'INDEXED', actions: 'establishEntry' }, // written and read back
        ],
      },
    },
    INDEXED: {
      tags: ['rest', 'ready'],
      on: { REPROCESS, INDEX_LOST: { guard: 'isThatEntry', target: '#resume', actions: 'forgetIndex' } },
    },
    INDEX_FAILED: {
      id: 'INDEX_FAILED',
      tags: ['rest', 'failed'],
      always: { guard: 'textIsRemade', target: '#resume', actions: 'startAfresh' },
      on: { RETRY: { guard: 'mayRetry', target: '#resume', actions: 'retry' }, REPROCESS },
    },
  },
});

/** Hidden from readers, or never shown to them. */
const leaving = {
  REJECTED: resourceSetup.createStateConfig({
    id: 'REJECTED',
    tags: 'failed',
    after: { rejected_retention: afresh('#DELETING') },
    on: trashable,
  }),
  TRASHED: resourceSetup.createStateConfig({
    id: 'TRASHED',
    tags: 'gone',
    entry: 'withdraw',
    after: { trash_retention: afresh('#DELETING') },
    on: { ...removable, RESTORE },
  }),
  EXPIRED: resourceSetup.createStateConfig({
    id: 'EXPIRED',
    tags: 'gone',
    entry: 'withdraw',
    initial: 'kept',
    on: removable,
    states: {
      kept: { after: { expired_retention: afresh('removing') }, on: { RESTORE } },
      removing: {
        ...step({ job: 'discard', src: 'purge', failed: '#PURGE_FAILED' }),
        invoke: { ...invoke('discard', 'purge', '#PURGE_FAILED'), onDone: { target: 'tombstone', actions: 'forget' } },
      },
      tombstone: { tags: 'rest' },
    },
  }),
  DELETING: resourceSetup.createStateConfig({
    ...step({ job: 'purge', src: 'purge', id: 'DELETING', failed: '#PURGE_FAILED' }),
    tags: 'gone',
    entry: 'withdraw',
    invoke: { ...invoke('purge', 'purge', '#PURGE_FAILED'), onDone: { target: 'DELETED', actions: 'forget' } },
  }),
  PURGE_FAILED: resourceSetup.createStateConfig({
    id: 'PURGE_FAILED',
    tags: ['rest', 'gone'],
    on: { ...removable, RETRY: { guard: 'mayRetry', target: '#DELETING', actions: 'retry' } },
  }),
  DELETED: resourceSetup.createStateConfig({ tags: ['rest', 'gone'] }),
};

export const resourceMachine = resourceSetup.createMachine({
  id: 'resource',
  version: '2', // see upgrades.ts
  type: 'parallel',
  context: ({ input }) => blankContext(input),
  states: {
    pipeline: {
      initial: 'AWAITING_UPLOAD',
      states: {
        ...arriving,
        /** The only fork: the first step whose fact is missing for the current revision. */
        resume: {
          id: 'resume',
          always: [
            { guard: 'lacksPicture', target: '#inspect' },
            { guard: 'lacksMetadata', target: 'UPLOADED_NO_METADATA' },
            ...factsBefore('indexed').map((fact) => ({ guard: lacks(fact), target: `#${STEP_OF_FACT[fact]}` })),
            { target: '#index' }, // INDEXED is entered by a read-back only
          ],
        },
        indexing,
        ...leaving,
      },
    },
    ...readers,
  },
});

/** The same machine with other limits: for a trash that empties at once, or a test that will not wait for three runs. */
export function resourceMachineWith(changed: Partial<ResourceLimits>): typeof resourceMachine {
  const limits = resourceLimits(changed);
  return resourceMachine.provide({
    delays: delaysOf(limits),
    guards: {
      runsLeft: ({ context }) => runsLeft(context, limits),
      mayRemake: ({ context, event }) => mayRemake(context, event, limits),
      textIsRemade: ({ context, event }) => textIsRemade(context, event, limits),
    },
  });
}
