/** A store or provider that may be unavailable. */
export interface Available {
  /** Returns false while it is known to be unavailable, so that no deadline begins for work that can't be done. Absent: always available. */
  reachable?(): boolean;
}
