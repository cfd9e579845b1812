/** The world around one resource, made finite: instances without clocks, counters, names of rows and real tokens. */
import type { AnyStateMachine } from 'xstate';
import type { ResourceEvent } from '../../contract/events.ts';
import { BY_PROVIDER, FACTS, type Fact, isJobId, STEP_OF_FACT, STEP_OF_JOB } from '../../contract/step-kinds.ts';
import type { Instance } from '../../machines/interpreter.ts';
import { resourceContext, statusOf } from '../../machines/resource-view.ts';

/** What something was made from: the current revision or an older one. */
export type Age = 'now' | 'old';
export type Message = { kind: 'accepted' | 'released' | 'done' | 'error' | 'put'; job: string; made: Age; says: string };
/** `indexed` is always none: `index` has it. */
export type Rows = Record<Fact, 'none' | Age | 'gone'>;
export const rowsOf = (of: (fact: Fact) => Rows[Fact]): Rows => Object.fromEntries(FACTS.map((fact) => [fact, of(fact)])) as Rows; // of every fact
export type World = {
  resource: Instance;
  /** The task of the pipeline's only job; the text job beside it is done without one, see `textEdges`. */
  task: Instance | null;
  /** What the one who does the work knows of it. */
  provider: 'none' | 'working' | 'ok' | 'err';
  /** Its callback was lost. */
  silent: boolean;
  /** From which revision the work in hand is made. */
  made: Age;
  /** What `inspect` saw when it looked; whether a put was refused. */
  says: string;
  /** The commit is made, its dispatch is not. */
  undispatched: boolean;
  /** Under way to the resource, in any order. */
  net: Message[];
  /** The message of a run that is no longer wanted. */
  late: Message | null;
  /** The step whose stale result is stored and, made from what still holds, may be taken by its next run. */
  answer: string | null;
  bytes: 'none' | 'legal' | 'illegal';
  /**
   * The entry in the search index. text: of the current revision, without vector; lost: by a fault; ahead: of a later revision
   * than ours, after facts were restored from an older backup; gone: removed, and older puts are refused.
   */
  index: 'none' | Age | 'text' | 'lost' | 'ahead' | 'gone';
  /** What the rows in SQL were really made from. gone: by a fault. */
  rows: Rows;
};

export type Edge = { label: string; cause: 'own' | 'fault' | 'person'; world: World };
export type Down = { job: string; how: 'hangs' | 'errors' | 'refuses' | 'unavailable' | 'forgets' };
export type Config = {
  name: string;
  /** Messages lost and doubled, tasks lost, workers dead, callbacks lost, the index losing entries. */
  faults?: boolean;
  /** Runs that were accepted fail by an outage. */
  outages?: boolean;
  /** The service tries again by itself what an outage has stopped, too early every time where it is down for ever. */
  retries?: boolean;
  /** Faults that are left out: workers dead, tasks delivered again, providers that forget, callbacks lost. */
  workers_live?: boolean;
  /** Retries, edits, reprocessing, deletion at any time; without: one upload, one description. */
  people?: boolean;
  /** Results of unwanted runs still arrive, unwanted index writes still happen. */
  late?: boolean;
  /** A fault: facts restored from an older backup, so that the index is ahead of them. */
  restored?: boolean;
  /** A fault: rows of facts are gone. */
  rows_vanish?: boolean;
  /** Embedding may be slower than `embed_grace` (always so when it is down). */
  grace?: boolean;
  sweep?: boolean;
  audit?: boolean;
  /** The sweep says again that a job was accepted, when the instance does not know. */
  repeats_accepted?: boolean;
  /** The index step takes the write for done without reading it back. */
  no_read_back?: boolean;
  down?: Down;
  /** The purge removes the bytes before the index entry. */
  bytes_first?: boolean;
  /** The index accepts old puts after a removal. */
  no_tombstone?: boolean;
  check_tokens?: boolean;
  /** Whether the machine ever read the picture is part of the states, which doubles them; else it has whenever there is a text. */
  exact?: boolean;
  machine?: AnyStateMachine;
  task_machine?: AnyStateMachine;
};

/** The job of the pipeline; the text job in `text_first` is looked at apart. */
export function jobOf(instance: Instance): string | null {
  for (const id in instance.jobs) if (id !== 'text') return id;
  return null;
}
export const FACT_OF: Record<string, Fact> = {
  ...Object.fromEntries(FACTS.map((fact) => [STEP_OF_FACT[fact], fact])),
  text: 'indexed',
};
/** A ticket is given by providers only; the other steps run in our own process. */
export const ticketOf = (job: string): string | null => (isJobId(job) && BY_PROVIDER.has(STEP_OF_JOB[job]) ? 'ticket' : null);
export const messageKey = (m: Message): string => `${m.kind}.${m.job}.${m.made}.${m.says}`;

const from = (fact: Fact) => FACTS.slice(FACTS.indexOf(fact));
/** What a change of metadata, of text or of mind makes old. Stated here apart from the machine, to judge it. */
export function outdatedBy(event: ResourceEvent): readonly Fact[] {
  switch (event.type) {
    case 'METADATA_SUBMITTED':
      return from('saved');
    case 'TEXT_CORRECTED': // back to the machine: its recognition is as good, or as old, as before
      return event.correction_id === null ? FACTS.slice(1) : FACTS;
    case 'REPROCESS':
      return from(({ ocr: 'text', embed: 'embedded', index: 'indexed' } as const)[event.from]);
    default:
      return [];
  }
}

/** The same world after a person's event: everything made from what it outdates is old now. */
export function outdate(world: World, event: ResourceEvent): World {
  const outdated = outdatedBy(event);
  if (outdated.length === 0) return world;
  const aged = <T extends string>(fact: Fact | undefined, age: T): T | 'old' =>
    fact && outdated.includes(fact) && (age === 'now' || age === 'text') ? 'old' : age;
  const message = (m: Message): Message => ({ ...m, made: aged(FACT_OF[m.job], m.made) });
  const rows = rowsOf((fact) => aged(fact, world.rows[fact]));
  if (event.type === 'TEXT_CORRECTED' && event.correction_id !== null) rows.text = 'now';
  const answered = world.answer === null ? undefined : FACT_OF[world.answer];
  return {
    ...world,
    rows,
    late: world.late && message(world.late),
    answer: answered && outdated.includes(answered) ? null : world.answer,
    index: aged('indexed', world.index),
    made: aged(FACT_OF[jobOf(world.resource) ?? ''], world.made),
    net: world.net.map(message),
  };
}

/** The same world after the machine itself went on to a later revision: what the index holds, or will be late to get, is older. */
export function outrun(world: World): World {
  const late = world.late?.kind === 'put' ? { ...world.late, made: 'old' as const } : world.late;
  return { ...world, late, index: ['now', 'text', 'ahead'].includes(world.index) ? 'old' : world.index };
}

/** The promise "a search finds it" is broken, or broken for this revision. */
export function isLost(w: World): boolean {
  const { facts, withdrawn } = resourceContext(w.resource);
  if (facts.indexed === null || withdrawn) return false;
  return !['now', 'text', 'old'].includes(w.index) || (statusOf(w.resource.snapshot.value) === 'INDEXED' && w.index !== 'now');
}
