/** The setup of the resource machine: its context, events, guards and actions. The states are in resource.ts. */
import { assign, emit, fromPromise, type PromiseActorLogic, setup, stateIn } from 'xstate';
import type { ResourceEvent } from '../contract/events.ts';
import type { Failure, ServiceFailure } from '../contract/failures.ts';
import type { Json } from '../contract/json.ts';
import type { Phase } from '../contract/statuses.ts';
import { byStep, type Fact, factOf, factsBefore, STEP_KINDS, type StepKind } from '../contract/step-kinds.ts';
import {
  type Claimed,
  type FactIds,
  NO_FACT_IDS,
  NO_FACTS,
  NO_READING,
  type Put,
  type Reading,
  type StepTypes,
  type Verdict,
} from '../contract/steps.ts';
import { RESOURCE_LIMITS, type ResourceLimits } from './limits.ts';
import { carried, isMissing, mayRemake, missingIn, textIsRemade, withoutRow } from './resource-facts.ts';
import { isByPerson, mayRetry, retriesAfter } from './resource-retry.ts';

export type ResourceInput = { resource_id: string; org_id: string; user_id: string; described: boolean; claimed: Claimed };
export type ResourceContext = {
  resource_id: string;
  org_id: string;
  user_id: string;
  claimed: Claimed;
  /** Raised by everything that makes the index entry out of date. */
  revision: number;
  /** Of bytes that are there and are a legal picture, and where their frozen copy is. */
  sha256: string | null;
  original_key: string | null;
  /** No required metadata is missing. */
  described: boolean;
  upload_overdue: boolean;
  /** Reported while the store was looked at: if nothing was seen, it is looked at once more. */
  look_again: boolean;
  /** Hidden from readers, for ever or until it is restored. */
  withdrawn: boolean;
  /** The revision for which each is known to hold. */
  facts: Record<Fact, number | null>;
  /** The rows that were made last. `facts` shows whether they hold for this revision. */
  fact_ids: FactIds;
  /** The entry of `facts.indexed` has one; without: its text alone is in, as the vector is late or no embedder was configured. */
  has_vector: boolean;
  /** Embedding is out for this revision: its text may be written alone, or may have been. */
  vector_late: boolean;
  /** How often a person has ordered the picture to be read again: part of the id of its work at a provider. */
  orders: number;
  /** How it was ordered to be read. */
  reading: Reading;
  /** Deadlines missed since the last new fact. */
  runs: number;
  failure: Failure | null;
  /** Facts that were found gone, and forgotten, since it was INDEXED or a person's order. */
  remakes: number;
  /** By the service itself, since the last new fact or a person's order. */
  service_retries: number;
};
type Events = ResourceEvent | { type: `ACCEPTED.${string}`; provider_job_id: string | null } | { type: `RELEASED.${string}` };
export type ResourceTag = 'rest' | 'viewable' | 'searchable' | Phase;

const MADE_HERE = factsBefore('indexed'); // all but what the index holds

/** After a new fact, or a person's order. */
const ANEW = { runs: 0, failure: null, service_retries: 0 };
/** After a person's order, and once it is INDEXED: a new fact does not show that it stays. */
const ALL_ANEW = { ...ANEW, remakes: 0 };

export const blankContext = (input: ResourceInput): ResourceContext => ({
  resource_id: input.resource_id,
  org_id: input.org_id,
  user_id: input.user_id,
  claimed: input.claimed,
  revision: 1,
  sha256: null,
  original_key: null,
  described: input.described,
  upload_overdue: false,
  look_again: false,
  withdrawn: false,
  facts: NO_FACTS,
  fact_ids: NO_FACT_IDS,
  has_vector: false,
  vector_late: false,
  orders: 0,
  reading: NO_READING,
  ...ALL_ANEW,
});

/** An effect declared by its types only: it never runs inside XState. */
const service = <Output>() => fromPromise<Output, Json>(() => Promise.reject(new Error('a service never runs as an actor')));
type Services = { [Kind in StepKind]: PromiseActorLogic<StepTypes[Kind]['output'], Json> };
const SERVICES = byStep(() => service<never>()) as Services;

// XState types no results of jobs in guards and actions that are named apart; the interpreter makes these events, see interpreter.ts.
type Stamped = { at: number };
const verdictOf = (event: object) => (event as { output: Verdict }).output;
const putOf = (event: object) => (event as { output: Put }).output;
const madeOf = (event: object) => (event as { output: { fact_id?: string | null } | null }).output?.fact_id ?? null;
const errorOf = (event: object) => event as { error: ServiceFailure; attempts: number } & Stamped;
const atOf = (event: object) => (event as Stamped).at;

/** The text of this revision is saved, its vector is out, and the index does not hold it. */
const textIsWanted = ({ facts, revision, vector_late, withdrawn }: ResourceContext) =>
  vector_late && !withdrawn && facts.saved === revision && facts.embedded !== revision && facts.indexed !== revision;
const showable = ({ context }: { context: ResourceContext }) => context.sha256 !== null && !context.withdrawn;
const findable = ({ context }: { context: ResourceContext }) => context.facts.indexed !== null && !context.withdrawn;

/** What an order does not say stays as it was ordered before. */
function orderedReading({ own_text, ordered_engine }: Reading, order: Extract<ResourceEvent, { type: 'REPROCESS' }>): Reading {
  const engine = order.engine ?? ordered_engine ?? 'auto';
  return {
    own_text: order.own_text === undefined ? own_text : order.own_text,
    ...(engine === 'auto' ? {} : { ordered_engine: engine }),
  };
}

type Deadlines = { [Kind in StepKind as `${Kind}_deadline`]: number };
/** Delays and the count that belong to limits. */
export const delaysOf = (limits: ResourceLimits) => ({
  first_look: limits.first_look_ms,
  second_look: limits.second_look_ms,
  third_look: limits.third_look_ms,
  link_expiry: limits.link_expiry_ms,
  upload_deadline: limits.upload_deadline_ms,
  metadata_warning: limits.metadata_warning_ms,
  metadata_deadline: limits.metadata_deadline_ms,
  rejected_retention: limits.rejected_retention_ms,
  trash_retention: limits.trash_retention_ms,
  expired_retention: limits.expired_retention_ms,
  embed_grace: limits.embed_grace_ms,
  text_again: limits.text_again_ms,
  ...(Object.fromEntries(STEP_KINDS.map((kind) => [`${kind}_deadline`, limits[`${kind}_deadline_ms`]])) as Deadlines),
});
export const runsLeft = ({ runs }: ResourceContext, { max_runs }: ResourceLimits): boolean => runs + 1 < max_runs;

export const resourceSetup = setup({
  types: {} as {
    context: ResourceContext;
    events: Events;
    input: ResourceInput;
    tags: ResourceTag;
    emitted: { type: 'METADATA_DUE'; resource_id: string };
  },
  actors: SERVICES,
  delays: delaysOf(RESOURCE_LIMITS),
  guards: {
    lacks: ({ context }, fact: Fact) => context.facts[fact] !== context.revision,
    lacksPicture: ({ context }) => context.sha256 === null,
    lacksMetadata: ({ context }) => !context.described,
    isComplete: ({ event }) => event.type === 'METADATA_SUBMITTED' && event.complete,
    staysDescribed: ({ context, event }) => event.type === 'METADATA_SUBMITTED' && (event.complete || !context.described),
    hasPicture: ({ context }) => context.sha256 !== null,
    /** Of a known picture, and in a person's words. */
    isCorrection: ({ context, event }) =>
      event.type === 'TEXT_CORRECTED' && event.correction_id !== null && context.sha256 !== null,
    /** Back to the machine's words, which are there and up to date. */
    isBackToMachine: ({ context, event }) =>
      event.type === 'TEXT_CORRECTED' &&
      event.correction_id === null &&
      context.fact_ids.recognition !== null &&
      context.facts.text === context.revision,
    isTakenBack: ({ event }) => event.type === 'TEXT_CORRECTED' && event.correction_id === null,
    runsLeft: ({ context }) => runsLeft(context, RESOURCE_LIMITS),
    mayRetry,
    isMissing: ({ event }) => isMissing(event),
    mayRemake: ({ context, event }) => mayRemake(context, event, RESOURCE_LIMITS),
    textIsRemade: ({ context, event }) => textIsRemade(context, event, RESOURCE_LIMITS),
    verdict: ({ event }, verdict: Verdict['verdict']) => verdictOf(event).verdict === verdict,
    /** What came may have come after the look. */
    absentUntilReport: ({ context, event }) => verdictOf(event).verdict === 'absent' && context.look_again,
    absentForGood: ({ context, event }) => verdictOf(event).verdict === 'absent' && context.upload_overdue,
    /** A report that adds nothing to a look under way, since the store reports each upload as well. */
    isHint: ({ event }) => event.type === 'UPLOAD_REPORTED' && event.by_store_too === true,
    isProbing: stateIn({ pipeline: { AWAITING_UPLOAD: 'probing' } }),
    indexIsAhead: ({ event }) => putOf(event).put === 'ahead',
    vectorIsLate: ({ context }) => context.vector_late,
    textWanted: ({ context }) => textIsWanted(context),
    textNotWanted: ({ context }) => !textIsWanted(context),
    isThatEntry: ({ context, event }) => event.type === 'INDEX_LOST' && event.revision === context.facts.indexed,
    showable,
    findable,
    notShowable: (given) => !showable(given),
    notFindable: (given) => !findable(given),
  },
  actions: {
    describe: assign({ described: ({ event }) => event.type === 'METADATA_SUBMITTED' && event.complete }),
    correct: assign({
      fact_ids: ({ context, event }) => ({
        ...context.fact_ids,
        correction: event.type === 'TEXT_CORRECTED' ? event.correction_id : context.fact_ids.correction,
      }),
    }),
    /** A new revision. What the change does not touch holds for the new one too; the rest is of an older one. */
    revise: assign(({ context }, kept: readonly Fact[]) => {
      const revision = context.revision + 1;
      return { revision, facts: carried(context, kept, revision), vector_late: false, ...ALL_ANEW };
    }),
    /** The event names the first step, whether a person's correction is discarded too (it outlives recognition otherwise), and how it is read from now on. */
    reprocess: assign(({ context, event }) => {
      if (event.type !== 'REPROCESS') return {};
      const revision = context.revision + 1;
      const facts = carried(context, factsBefore(factOf(event.from)), revision);
      const discards = event.from === 'ocr' && event.discard_corrections === true;
      const fact_ids = discards ? { ...context.fact_ids, correction: null } : context.fact_ids;
      const orders = context.orders + (event.from === 'ocr' ? 1 : 0);
      const reading = orderedReading(context.reading ?? NO_READING, event);
      return { revision, facts, fact_ids, orders, reading, vector_late: false, ...ALL_ANEW };
    }),
    /** The text alone was written at this revision, or may still be: the vector makes a new one, so no late write can undo it. */
    outrunText: assign(({ context }) => {
      const revision = context.revision + 1;
      return { revision, facts: carried(context, MADE_HERE, revision), vector_late: false };
    }),
    /** The index holds a later revision than ours: go past it. `vector_late` stays, so that the text is written again. */
    overtake: assign(({ context, event }) => {
      const put = putOf(event);
      const revision = Math.max(context.revision, put.put === 'ahead' ? put.found : 0) + 1;
      return { revision, facts: carried(context, MADE_HERE, revision) };
    }),
    /** A fact holds now: made by a step, whose row it names, or entered by a person. */
    establish: assign(({ context, event }, { fact, row }: { fact: Fact; row?: keyof FactIds }) => ({
      facts: { ...context.facts, [fact]: context.revision },
      fact_ids: row ? { ...context.fact_ids, [row]: madeOf(event) } : context.fact_ids,
      ...ANEW,
    })),
    establishEntry: assign(({ context: { facts, fact_ids, revision } }) => ({
      facts: { ...facts, indexed: revision },
      has_vector: fact_ids.embedded !== null,
      ...ALL_ANEW,
    })),
    /** Neither runs nor failure are touched: they are of the step that the text does not wait for. */
    establishText: assign(({ context }) => ({ facts: { ...context.facts, indexed: context.revision }, has_vector: false })),
    markVectorLate: assign({ vector_late: true }),
    keepPicture: assign(({ event }) => {
      const verdict = verdictOf(event);
      if (verdict.verdict !== 'legal') return {};
      return { sha256: verdict.sha256, original_key: verdict.original_key, ...ANEW };
    }),
    forget: assign({ sha256: null, original_key: null, facts: NO_FACTS, fact_ids: NO_FACT_IDS, has_vector: false }),
    forgetIndex: assign({ facts: ({ context }) => ({ ...context.facts, indexed: null }), has_vector: false }),
    /** Of what the step did not find. */
    forgetMissing: assign(({ context, event }) => {
      const missing = missingIn(event);
      return missing ? withoutRow(context, missing) : {};
    }),
    markOverdue: assign({ upload_overdue: true }),
    lookAgain: assign({ look_again: true }),
    beginLook: assign({ look_again: false }),
    awaitAgain: assign({ upload_overdue: false }),
    withdraw: assign({ withdrawn: true }),
    readmit: assign({ withdrawn: false, ...ALL_ANEW }),
    countRun: assign({ runs: ({ context }) => context.runs + 1 }),
    startAfresh: assign({ ...ANEW }),
    /** As the failed step reported it. Work that a provider never ends is not waited for again: it is ordered anew. */
    retry: assign(({ context, context: { orders, failure }, event }) => ({
      orders: orders + (failure?.step === 'ocr' && failure.code === 'DEADLINE_EXCEEDED' ? 1 : 0),
      ...ANEW,
      service_retries: retriesAfter({ context, event }),
      remakes: isByPerson(event) ? 0 : context.remakes,
    })),
    reject: assign(({ event }) => {
      const verdict = verdictOf(event);
      if (verdict.verdict !== 'illegal') return {};
      const { code, detail } = verdict;
      return { failure: { step: 'inspect' as const, code, retryable: false, detail, attempts: 1, at: atOf(event) } };
    }),
    /** A failed embedding is a late vector too. */
    fail: assign(({ context, event }, step: StepKind) => {
      const { error, attempts, at } = errorOf(event);
      const { code, retryable, detail } = error;
      const failure = { step, code, retryable, detail, attempts: context.runs + attempts, at };
      return { failure, vector_late: context.vector_late || step === 'embed' };
    }),
    missDeadline: assign(({ context, event }, step: StepKind) => ({
      failure: {
        step,
        code: 'DEADLINE_EXCEEDED' as const,
        retryable: true,
        detail: `${step} was accepted and did not end in time`,
        attempts: context.runs + 1,
        at: atOf(event),
      },
      vector_late: context.vector_late || step === 'embed',
    })),
    warn: emit(({ context }) => ({ type: 'METADATA_DUE' as const, resource_id: context.resource_id })),
  },
});
