/** Every limit of the S3 store, with its unit and the reason of its value. */

export type S3Limits = typeof S3_LIMITS;
export const S3_LIMITS = {
  /**
   * A body up to this is one PutObject, a larger one goes in parts of it, about four of which are in memory
   * at once (one that fills, one that goes, and what the SDK has not let go of). S3 wants at least 5 MiB.
   */
  part_bytes: 8 * 1024 * 1024,
  /** A connection that is not there after so long is not coming. */
  connect_ms: 3_000,
  /** On an open connection nothing moved for so long: the store, or the way to it, is gone. */
  silence_ms: 20_000,
  /** A whole call with its repeats, of those that answer at once: head, list, delete. */
  ask_ms: 30_000,
  /** A whole call with its repeats that moves bytes: a part at 2 Mbit/s twice, or a copy that the store makes of 2 GiB. */
  move_ms: 90_000,
  /** How often one request is sent: the SDK waits a little longer each time, and heeds Retry-After. */
  attempts: 3,
  /** Calls that fail one after the other, each with its repeats, until the store is taken to be unavailable. */
  failures_to_open: 3,
  /** How long the store is left alone then, before one call tries it. */
  half_open_after_ms: 5_000,
  /** Connections at once: all steps and the readers of previews together. */
  connections: 100,
  /** Copies begun anew because the upload changed meanwhile; more often is somebody who plays with his link. */
  freeze_tries: 5,
  /** Keys a page, as S3 says. */
  page_keys: 1_000,
  /** Seven days, as S3 says. */
  longest_link_s: 7 * 24 * 60 * 60,
};
