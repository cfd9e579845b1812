/** Every limit of the runtime, with its unit and the reason of its value. Limits of the machines are in machines/limits.ts. */

export type RuntimeLimits = typeof RUNTIME_LIMITS;
export const RUNTIME_LIMITS = {
  /** Losing a compare-and-swap more often than this in a row means that something writes without end. */
  commit_attempts: 20,
  /** Senders in one process that wait for their turn at one picture: each takes some milliseconds, so the last one waits for seconds. */
  senders_waiting: 1_000,
  /** Changes a transaction: 20 to 100 gave 4.0k to 5.3k a second on one connection, more gave no more. */
  commit_batch: 100,
  /** Instances whose last committed state is kept in memory: what is being worked on, with room to spare; about 4 KB each. */
  remembered_instances: 2_000,

  /** How often due timers and jobs are looked for: what a person waits at most, beyond the time a timer names. */
  sweep_interval_ms: 500,
  /** Instances claimed at once: a claim is one write, and its work is done well within `claim_ms`. */
  sweep_batch: 100,
  /** Batches in one sweep: so that a backlog does not keep it from ticking. */
  sweep_batches: 20,
  /**
   * All jobs are looked after so often, a page a round: 200 a second at most, which is 8 minutes for 100,000, and never a write for one
   * that only waits.
   */
  job_check_min_ms: 60_000,
  /** Pages a round while the store of tasks is in doubt: 1,000 jobs, at 2 rounds a second; the sweep ticks in between. */
  job_pass_pages: 10,
  /** How long a process has the pass: another goes on when it has died. */
  job_pass_hold_ms: 10_000,
  /** How soon a process looks again whether another goes on with tasks that are in doubt. */
  job_pass_again_ms: 2_000,
  /**
   * Of a batch so many are looked at beside one another. Embedded, stores and all are this process, and nothing else runs meanwhile:
   * requests are answered in between.
   */
  sweep_slice: 20,
  /** How long a claimed instance is left to the one who claimed it. */
  claim_ms: 30_000,
  /** A picture whose row can't be read is looked at again, at doubling distances: soon after somebody has mended it, for few writes. */
  set_aside_look_min_ms: 30_000,
  set_aside_look_max_ms: 10 * 60_000,
  /** Messages of the outbox that get their position at once. */
  relay_batch: 1_000,
  /** What is committed within this time is numbered and announced together: nobody sees the difference, and each time is a transaction. */
  relay_gather_ms: 50,
  /** Tries after one that found another process relaying, `relay_gather_ms` apart: it takes milliseconds. Then the sweep does it. */
  relay_busy_tries: 5,
  /** Messages of the outbox read at once by the feed. */
  feed_page: 500,
  /** Newest messages kept in memory for readers, about 600 bytes each: some seconds of the busiest service. */
  feed_kept: 5_000,
  /** How often the outbox is looked at without an announcement, which may be lost. */
  feed_look_ms: 2_000,
  /** Messages are kept for readers that come back: a week's holiday of a client. */
  outbox_retention_ms: 7 * 24 * 60 * 60_000,
  /** Results of providers that no run can take any more are kept for so long: a provider that says one again is known. */
  callback_superseded_retention_ms: 3 * 24 * 60 * 60_000,
  /** All others: a picture that has waited for longer is read again. */
  callback_retention_ms: 30 * 24 * 60 * 60_000,
  /** A request that is said again later than this is a new one. */
  idempotency_retention_ms: 30 * 24 * 60 * 60_000,
  /** Keys of starts of the service, of which each has one, that were revoked. */
  local_key_retention_ms: 30 * 24 * 60 * 60_000,
  /** What was kept long enough is removed so often, page after page for at most so long: a short write each, with a rest as long. */
  prune_interval_ms: 60_000,
  prune_time_ms: 30_000,
  prune_batch: 1_000,
  /** Of callbacks, which hold whole recognitions: some megabytes a page. */
  prune_callbacks_batch: 50,
  /** Planned looks for what late writers left: so often, and at most so many at once. Each is two to four calls to the store. */
  cleanup_interval_ms: 30_000,
  cleanup_batch: 500,
  /** How often the clock is set by the database's: drift is milliseconds in this time. */
  clock_interval_ms: 60_000,
  /** How often the index is compared with the facts by a sample: what is lost is noticed within a minute or two. */
  index_look_ms: 30_000,
  /** Pictures in each of the three samples: the newest, those at a random place, the next ones of all in turn. About 20 ms of reading. */
  index_sample: 100,
  /** Pictures in a page of a whole comparison: as many as the index answers at once. After each page it rests as long as the page took. */
  index_page: 200,
  /** Entries that are made again at once: the next ones wait until these are in, so that pictures of people are not held up behind them. */
  index_heal_batch: 100,
  /** After so long in vain (the index is away, nobody runs its step) healing goes on at the next look. Below a process' hold on the work. */
  index_heal_wait_ms: 5 * 60_000,
  /** How often those under way are looked at meanwhile. */
  index_heal_look_ms: 500,
  /** How long the process that compares is left alone with it without a sign of life. */
  index_hold_ms: 60_000,
  /** Whoever waits for a picture to rest looks by itself so often: another process may have moved it without a message. */
  rested_look_ms: 1_000,
  /** How often the sweep says that it lives: one small write. */
  tick_interval_ms: 5_000,
  /** A longer pause than this is taken out of service time. Far above any pause of a garbage collector or a slow disk. */
  max_gap_ms: 60_000,
  /** After such a pause no timer fires for so long: what was under way is told first. */
  settle_ms: 10_000,

  /** Failures of an outage in a row, of one step in one process, after which it is paused: one is an accident. */
  failures_to_close: 3,
  /** How often it is looked whether adapters are answered; also how soon a step that goes on doubles its pace. */
  gate_look_ms: 500,
  /** Between two tasks that find out whether an outage is over, at first and, doubled each time, at the longest. */
  probe_min_ms: 1_000,
  probe_max_ms: 10_000,

  /** How often it is looked for pictures that an outage has stopped: their step is tried again once it has worked for `retry_after_ms`. */
  retry_interval_ms: 5_000,
  retry_after_ms: 60_000,
  /** Pictures tried again at once, as long as no more than these wait for the step: what it takes sets the pace. */
  retry_batch: 20,
  /** Between pictures that find out whether an outage is over, when nobody knows: at first and, doubled each time, at the longest. */
  retry_probe_min_ms: 10_000,
  retry_probe_max_ms: 10 * 60_000,
  /** Asking what a step needs whether it is there: a look-up. */
  retry_ask_ms: 10_000,

  /** A run shorter than this ends without saying that it began: its result says all, and one commit is saved. */
  accept_after_ms: 250,
  /** A step's own limit on one run, below the machine's deadline for it: the worker gives up first, and says why. OCR: of the longest document. */
  run_time_limit_ms: { inspect: 240_000, ocr: 26 * 60_000, save: 240_000, embed: 240_000, index: 240_000, purge: 240_000 },
  /** A ring that was answered in vain, since the store of tasks failed a moment, is rung again: sooner than its sweep, later than a blink. */
  ring_again_ms: 2_000,
  /** How often it is looked for pictures that a later version of the service has taken over, beside this one: a look at an index. */
  later_versions_interval_ms: 60_000,
  /** A task that a later version of the service must take is rung again so much later: then a process of that version may answer. */
  pass_on_ms: 10_000,
  /** A result whose index targets changed meanwhile is made again; a rebuild begins and ends, so that twice is the most there is. */
  outdated_rounds: 5,
  /** Rings held by the queue in process; one more is dropped, and rung again by the task's own timer. */
  queue_waiting: 100_000,
  /** Steps that run at once, a kind. OCR is bound by the processors, the others mostly wait for the disk. */
  concurrency: { inspect: 2, ocr: 2, save: 8, embed: 8, index: 16, purge: 4 },
  /** Providers asked at once what became of work: each is a look-up, and the sweep waits when there are more. */
  asks_at_once: 64,
  /** Jobs of all processes at a remote provider at once: what keeps a service of several machines busy, and waits there a minute at a page a second. */
  in_flight: 16,
  /** So many at first, until it is seen how long they take. */
  in_flight_first: 4,
  /** Work that takes longer is given less of at once: a third of the time until its deadline (`ocr_deadline_ms`). */
  in_flight_target_ms: 10 * 60_000,
  /** How often it is looked whether there is room again: a read of as many tasks as there may be. */
  in_flight_look_ms: 250,
  /** Who found no room for so long is rung again, so that no place of a worker is held for ever. */
  in_flight_wait_ms: 10 * 60_000,
  /** How long beyond its deadline work is waited for that its provider is still at, each run: as long as an outage is. */
  overtime_ms: 6 * 60 * 60_000,
  /** Between two questions about late work: as often as about any other (`lease_ms`). */
  overtime_look_ms: 60_000,
  /** Suspects that come within this time run in the order of the processes that were lost with them: the fewest first. */
  suspects_gather_ms: 200,
  /** How long work in hand may go on after a stop was asked for. */
  stop_grace_ms: 5_000,
};
