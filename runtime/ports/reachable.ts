/** Of everything that may be away: false while it is known to be, so that no deadline begins for work that can't be done. */
export interface Available {
  /** Absent: it is always there. */
  reachable?(): boolean;
}
