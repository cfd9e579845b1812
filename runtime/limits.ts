/** Every limit of the runtime, with its unit and the reason of its value. Limits of the machines are in machines/limits.ts. */
import { byStep } from '../contract/step-kinds.ts';

export type RuntimeLimits = typeof RUNTIME_LIMITS;
export const RUNTIME_LIMITS = {
  /** Compare-and-swaps lost in a row before an error: more means that something writes without end. */
  commit_attempts: 20,
  /** Maximum senders in one process that wait for one picture: each takes some milliseconds, so the last one waits for seconds. */
  senders_waiting: 1_000,
  /** Maximum changes in one transaction: 20 to 100 gave 4.0k to 5.3k a second on one connection, more gave no more. */
  commit_batch: 100,
  /** Instances whose last committed state is kept in memory: what is being worked on, with room to spare; about 4 KB each. */
  remembered_instances: 2_000,

  /** Interval of the sweep: the longest delay of a timer or job beyond its due time. */
  sweep_interval_ms: 500,
  /** Instances claimed at once: a claim is one write, and its work is done well within `claim_ms`. */
  sweep_batch: 100,
  /** Maximum batches in one sweep, so that a backlog does not keep it from ticking. */
  sweep_batches: 20,
  /**
   * Shortest interval between passes over all jobs, a page a round: at most 200 jobs a second, which is 8 minutes for 100,000. A job that
   * only waits costs no write.
   */
  job_check_min_ms: 60_000,
  /** Pages a round while the store of tasks is in doubt: 1,000 jobs, at 2 rounds a second; the sweep ticks in between. */
  job_pass_pages: 10,
  /** How long a process holds the pass: another continues it after that process has died. */
  job_pass_hold_ms: 10_000,
  /** How soon a process checks again whether another continues a pass over tasks in doubt. */
  job_pass_again_ms: 2_000,
  /**
   * Items of a batch that are processed concurrently. In embedded mode the stores run in this process and block it meanwhile; requests
   * are served between slices.
   */
  sweep_slice: 20,
  /** How long a claimed instance is reserved for the process that claimed it. */
  claim_ms: 30_000,
  /** Interval at which a picture whose row can't be read is checked again, doubled each time: soon after a repair, with few writes. */
  set_aside_look_min_ms: 30_000,
  set_aside_look_max_ms: 10 * 60_000,
  /** Messages of the outbox numbered in one transaction. */
  relay_batch: 1_000,
  /** What is committed within this time is numbered and announced together: nobody sees the difference, and each time is a transaction. */
  relay_gather_ms: 50,
  /** Tries after one that found another process relaying, `relay_gather_ms` apart: it takes milliseconds. Then the sweep does it. */
  relay_busy_tries: 5,
  /** Messages of the outbox read at once by the feed. */
  feed_page: 500,
  /** Newest messages kept in memory for readers, about 600 bytes each: some seconds of the busiest service. */
  feed_kept: 5_000,
  /** How often the outbox is polled, since an announcement may be lost. */
  feed_look_ms: 2_000,
  /** Messages are kept for readers that come back: a week's holiday of a client. */
  outbox_retention_ms: 7 * 24 * 60 * 60_000,
  /** Retention of provider results that no run can use any more, so that a callback sent again is recognised. */
  callback_superseded_retention_ms: 3 * 24 * 60 * 60_000,
  /** Retention of all other provider results: a picture that has waited for longer is recognised again. */
  callback_retention_ms: 30 * 24 * 60 * 60_000,
  /** Retention of idempotency keys: a request repeated later than this is a new one. */
  idempotency_retention_ms: 30 * 24 * 60 * 60_000,
  /** Retention of revoked local keys: each start of the service makes one. */
  local_key_retention_ms: 30 * 24 * 60 * 60_000,
  /** Retention of sessions and login tokens after their end. */
  session_retention_ms: 30 * 24 * 60 * 60_000,
  /** Interval and time limit of removing expired rows, page by page: each page is a short write, followed by a pause as long. */
  prune_interval_ms: 60_000,
  prune_time_ms: 30_000,
  prune_batch: 1_000,
  /** Callbacks removed at once: they hold whole recognitions, some megabytes a page. */
  prune_callbacks_batch: 50,
  /** Interval and batch size of planned clean-ups of what late writers left. Each is two to four calls to the store. */
  cleanup_interval_ms: 30_000,
  cleanup_batch: 500,
  /** How often the clock is synchronised with the database's: drift is milliseconds in this time. */
  clock_interval_ms: 60_000,
  /** How often a sample of the index is compared with the facts: a lost index is noticed within a minute or two. */
  index_look_ms: 30_000,
  /** Pictures in each of the three samples: the newest, those at a random place, the next ones of all in turn. About 20 ms of reading. */
  index_sample: 100,
  /** Pictures in a page of a whole comparison: as many as the index returns at once. After each page it pauses as long as the page took. */
  index_page: 200,
  /** Entries that are made again at once: the next ones wait until these are in, so that pictures of people are not held up behind them. */
  index_heal_batch: 100,
  /** After so long without success (the index is unavailable, no process runs its step) healing continues at the next comparison. */
  index_heal_wait_ms: 5 * 60_000,
  /** How often those under way are looked at meanwhile. */
  index_heal_look_ms: 500,
  /** How long a process holds the comparison without a sign of life. */
  index_hold_ms: 60_000,
  /** How often a caller that waits for a picture to settle polls: another process may have moved it without a message. */
  rested_look_ms: 1_000,
  /** Interval of ticks of service time: one small write. */
  tick_interval_ms: 5_000,
  /** A longer pause than this is taken out of service time. Far above any pause of a garbage collector or a slow disk. */
  max_gap_ms: 60_000,
  /** How long no timer fires after such a pause: results of work under way are recorded first. */
  settle_ms: 10_000,

  /** Consecutive outage failures of one step in one process that pause it: one may be an accident. */
  failures_to_close: 3,
  /** How often the availability of adapters is checked; also how soon a resumed step doubles its concurrency. */
  gate_look_ms: 500,
  /** Pause between two tasks that probe whether an outage is over: first value, doubled each time up to the second. */
  probe_min_ms: 1_000,
  probe_max_ms: 10_000,

  /** How often the pauses of steps are read: how soon all processes know of one. A read of six rows at most. */
  pauses_look_ms: 1_000,

  /** How often pictures stopped by an outage are looked for: their step is retried once it has worked for `retry_after_ms`. */
  retry_interval_ms: 5_000,
  retry_after_ms: 60_000,
  /** Maximum retried pictures that wait for the step at once: its throughput sets the pace. */
  retry_batch: 20,
  /** Pause between pictures that probe whether an outage is over: first value, doubled each time up to the second. */
  retry_probe_min_ms: 10_000,
  retry_probe_max_ms: 10 * 60_000,
  /** Time limit of asking a store or provider whether it is available: a look-up. */
  retry_ask_ms: 10_000,

  /** A run shorter than this records no start, only its result, which saves one commit. */
  accept_after_ms: 250,
  /** Time limit of one run, by step: see contract/step-kinds.ts. */
  run_time_limit_ms: byStep(({ run_time_limit_ms }) => run_time_limit_ms),
  /** Delay of redelivering a task whose run could not be recorded: sooner than the sweep, long enough for a store to recover. */
  redeliver_ms: 2_000,
  /** How often pictures that a later version of the service has taken over are looked for: one index look-up. */
  later_versions_interval_ms: 60_000,
  /** Delay of redelivering a task that needs a later version of the service, so that a process of that version may take it. */
  pass_on_ms: 10_000,
  /** Runs of a step whose inputs keep changing. Index targets change when a rebuild begins and ends, so two are usual. */
  outdated_rounds: 5,
  /** Maximum notifications in the in-process queue; one more is dropped, and sent again by the task's own timer. */
  queue_waiting: 100_000,
  /** Steps that run at once, a kind: see contract/step-kinds.ts. */
  concurrency: byStep(({ concurrency }) => concurrency),
  /** Maximum concurrent status queries to providers: each is a look-up, and the sweep waits for a free slot. */
  asks_at_once: 64,
  /** Maximum jobs of all processes at a remote provider at once: enough for several machines, a minute of waiting at a page a second. */
  in_flight: 16,
  /** Initial limit, until it is known how long jobs take. */
  in_flight_first: 4,
  /** Jobs that take longer lower the limit: a third of the time until their deadline (`ocr_deadline_ms`). */
  in_flight_target_ms: 10 * 60_000,
  /** How often a free place is looked for: each is a read of as many tasks as the limit allows. */
  in_flight_look_ms: 250,
  /** After waiting so long for a place a task is redelivered, so that it does not hold a place of the worker for ever. */
  in_flight_wait_ms: 10 * 60_000,
  /** Maximum extension of a run's deadline while its provider still works on it: as long as an outage may last. */
  overtime_ms: 6 * 60 * 60_000,
  /** Interval between status queries about overdue work: the same as for any other (`lease_ms`). */
  overtime_look_ms: 60_000,
  /** Suspects that come within this time run in the order of the processes that were lost with them: the fewest first. */
  suspects_gather_ms: 200,
  /** How often a run looks whether it is to stop: one look-up. */
  run_look_ms: 1_000,
  /** How often a run gives a sign of life while a step of it takes long: a third of its lease. */
  run_sign_ms: 20_000,
  /** Maximum pictures under way that a replay has sent again: the throughput of their step sets its pace. */
  replay_batch: 20,
  /** How often a replay looks how those end. */
  replay_look_ms: 500,
  /** Pictures after which a replay judges whether the cause is mended. */
  replay_sample: 100,
  /** Pictures, and entries, that `verify` compares at once: as many as the index returns. After each page it pauses as long as the page took. */
  verify_page: 200,
  /** Objects in a page of `verify`: five pages of a list of S3, and few enough readings of a folder of a million pictures. */
  verify_objects_page: 5_000,
  /** `verify` reads the bytes of one picture in so many, to compare their checksum. */
  verify_checksum_every: 100,
  /** How long `verify` waits before it looks again at what it would remove: three times the longest that a step may write. */
  verify_second_look_ms: 15 * 60_000,
  /** Findings of a code that a run of `verify` keeps; of the others it keeps the number. */
  verify_findings_kept: 1_000,
  /** How long `verify` waits for what it has had made again before it goes on. */
  verify_heal_wait_ms: 60_000,
  /** Retention of runs that have ended, with what they found. */
  run_retention_ms: 90 * 24 * 60 * 60_000,
  /** Grace period of running work after a stop was requested. */
  stop_grace_ms: 5_000,
};
