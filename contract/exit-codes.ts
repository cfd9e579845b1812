/** The codes that the process ends with: for scripts, and for whatever starts it again. */
export const EXIT = {
  /** All well; stopped, as asked. */
  OK: 0,
  /** An error of ours, or of a server or disk that we need. */
  ERROR: 1,
  /** Wrong usage or configuration, or a database of a later version: starting it again as it is helps nothing. */
  USAGE: 2,
  /** Finished, but some items failed. */
  SOME_FAILED: 3,
  /** Another process works on what this one worked on: do not start it again. */
  TAKEN_OVER: 4,
  /** The stop took longer than its limit, and was cut off: start it again. */
  STOP_TOO_LONG: 5,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
