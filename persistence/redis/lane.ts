/**
 * A lane: the places of this process for tasks of one kind. While a place is free it takes what waits, and blocks on the bell when nothing
 * does. Only then is a place given to work that was never pushed: what waits comes first.
 */
import type { Redis } from 'ioredis';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Notification, Place } from '../../runtime/ports/queue.ts';
import type { RedisLink } from './connection.ts';
import { RedisUnavailable, unavailable } from './errors.ts';
import { entryId, type QueueKeys, taskOf } from './queue-keys.ts';
import { RING, TAKE, TAKE_BACK } from './queue-scripts.ts';

/** How long a worker blocks on the bell: a bell that was lost with its process costs so long at most. */
const BELL_S = 5;
/** How soon a Redis that refuses is asked again. */
const AGAIN_MS = 1_000;

type Deps = {
  link: RedisLink;
  keys: QueueKeys;
  kind: StepKind;
  concurrency: number;
  /** The number that shows that this process lives. */
  sign: () => number;
  handle: (notification: Notification) => Promise<void>;
};

export class Lane {
  /** Entries that this process holds a lease of. */
  readonly held = new Set<string>();
  readonly #deps: Deps;
  readonly #connection: Redis;
  /** What is being handled, and the releases of what was. */
  readonly #under_way = new Set<Promise<void>>();
  readonly #served: Promise<void>;
  #allowed: number;
  #running = 0;
  /** Places taken for work that was never pushed; and those of them that are held. */
  #local = { taken: 0, held: 0 };
  /** It blocks on the bell: nothing waits, as far as this process knows. */
  #is_blocked = false;
  #is_stopped = false;
  #wake = () => {};

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#allowed = deps.concurrency;
    this.#connection = deps.link.patient(`queue:${deps.kind}`);
    this.#served = this.#serve();
  }

  /** Work under way that was never pushed, and that other processes do not know of. */
  get unknown(): number {
    return this.#local.taken - this.#local.held;
  }
  get #free(): number {
    return this.#allowed - this.#running - this.#local.taken;
  }

  allow(max: number): void {
    this.#allowed = max;
    this.#wake();
  }

  take(): Place | null {
    if (!this.#is_blocked || this.#is_stopped || this.#free <= 0) return null;
    this.#local.taken += 1;
    let entry: string | null = null;
    let is_taken = true;
    return {
      hold: async (task_id, n) => {
        if (!is_taken || entry !== null) return;
        entry = entryId(task_id, n);
        this.#local.held += 1;
        await this.#lease(entry);
      },
      leave: () => {
        if (!is_taken) return;
        is_taken = false;
        this.#local.taken -= 1;
        if (entry !== null) {
          this.#local.held -= 1;
          this.#track(this.#release(entry));
        }
        this.#wake();
      },
    };
  }

  /** Takes nothing more. */
  close(): void {
    this.#is_stopped = true;
    if (this.#is_blocked) this.#connection.disconnect();
    this.#wake();
  }

  /** Resolves when what was taken from the queue has ended. */
  async ended(): Promise<void> {
    await this.#served;
    await Promise.all(this.#under_way);
  }

  /** What is still in hand loses its lease in time, and is given to another process. */
  abandon(): void {
    this.held.clear();
    this.#connection.disconnect();
  }

  async #serve(): Promise<void> {
    const { kind, link } = this.#deps;
    while (!this.#is_stopped)
      await this.#round().catch(async (error: unknown) => {
        if (this.#is_stopped) return;
        const err = unavailable(error);
        if (!(err instanceof RedisUnavailable))
          link.log.warn({ event: 'queue.take_failed', err, kind }, 'could not take tasks from the queue; trying again');
        else if (err.reason === 'refused')
          link.log.warn({ event: 'queue.paused', err, kind }, 'Redis refused the worker; pausing it briefly');
        await this.#changed(AGAIN_MS);
      });
  }

  async #round(): Promise<void> {
    const count = this.#free;
    if (count <= 0) return this.#changed();
    const taken = await this.#takeWaiting(count);
    if (taken > 0 || this.#is_stopped) return;
    const { keys, kind } = this.#deps;
    this.#is_blocked = true;
    try {
      const found = await this.#connection.blpop(keys.bell(kind), BELL_S);
      if (found && this.#free <= 0) await RING(this.#connection, [keys.waiting(kind), keys.bell(kind)], []); // for one with a free place
    } finally {
      this.#is_blocked = false;
    }
  }

  /** Returns how many were taken. */
  async #takeWaiting(count: number): Promise<number> {
    const { keys, kind, sign } = this.#deps;
    const number = sign();
    const turns = [keys.waiting(kind), keys.organisations(kind), keys.expired(kind)];
    const names = [...turns, keys.active(kind), keys.bell(kind)];
    const reply = await TAKE(this.#connection, names, [count, number, keys.of(kind)]);
    if (!Array.isArray(reply)) throw new TypeError('the queue did not answer with a list');
    for (let i = 0; i < reply.length; i += 2) {
      const entry = String(reply[i]);
      this.#track(this.#is_stopped ? this.#giveBack(entry, number) : this.#begin(entry, reply[i + 1] === '1'));
    }
    return reply.length / 2;
  }

  async #begin(entry: string, again: boolean): Promise<void> {
    this.held.add(entry);
    this.#running += 1;
    try {
      await this.#deps.handle({ task_id: taskOf(entry), again });
    } finally {
      this.#running -= 1;
      this.#wake();
      await this.#release(entry);
    }
  }

  async #lease(entry: string): Promise<void> {
    const { keys, kind, link, sign } = this.#deps;
    this.held.add(entry);
    await link.reach((redis) => redis.zadd(keys.active(kind), sign(), entry));
  }

  /** Not after `abandon`: then the lease expires. */
  async #release(entry: string): Promise<void> {
    const { keys, kind, link } = this.#deps;
    if (!this.held.delete(entry)) return;
    await link
      .reach((redis) => redis.zrem(keys.active(kind), entry))
      .catch((err: unknown) =>
        link.log.debug({ event: 'queue.release_failed', err, kind }, 'could not release a task; its lease expires'),
      );
  }

  /** Taken too late: it waits again at once. */
  async #giveBack(entry: string, number: number): Promise<void> {
    const { keys, kind, link } = this.#deps;
    const names = [keys.waiting(kind), keys.active(kind), keys.expired(kind), keys.bell(kind)];
    await link.reach((redis) => TAKE_BACK(redis, names, [link.clock.now(), entry, number])).catch(() => undefined); // others will
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#under_way.delete(tracked));
    this.#under_way.add(tracked);
  }

  /** Resolves when a place may be free, or after `limit_ms`. */
  #changed(limit_ms: number | null = null): Promise<void> {
    return new Promise((resolve) => {
      const timer = limit_ms === null ? null : this.#deps.link.clock.after(limit_ms, resolve);
      this.#wake = () => {
        timer?.cancel();
        resolve();
      };
    });
  }
}
