/** What a host needs of a machine, and of the place where its instances are. */
import type { Durable, Inbound, Instance, Step } from '../../machines/interpreter.ts';

export type Kernel = Pick<Durable, 'start' | 'step' | 'serves' | 'upgraded'>;
/** An instance with what is stored beside it. */
export type Hosted = { instance: Instance };
/** An inbound, with the details that the store needs to write what it brings. */
export type Command<C> = { inbound: Inbound; detail: C };
/** A step to commit. before: null, and inbound: null, for a new instance. */
export type Move<R, C> = { id: string; before: R | null; step: Step; inbound: Inbound | null; detail: C };

/** Instances of one machine: a table, a hash, a map. R: its record; C: the details of a command. */
export interface InstanceStore<R extends Hosted, C> {
  /** Throws UnreadableError. */
  load(id: string): Promise<R | null>;
  /**
   * Writes the step, with all that follows from it, if the stored `seq` is still that of `before`; returns the record as written. Returns
   * null if another writer was first, or, for a new instance, if there is one: then nothing is written.
   */
  commit(move: Move<R, C>): Promise<R | null>;
}
