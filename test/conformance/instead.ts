/**
 * Every transition can be reached, but not each by a request of a client: what the test does in its place, and why. The ways that no path
 * takes are named too.
 */
export const INSTEAD = [
  { what: 'INDEX_LOST', why: 'is sent to the engine as the audit sends it: no route takes it.' },
  { what: 'indexIsAhead', why: 'the output of the index step is replaced: only facts restored from an older backup lead there.' },
  {
    what: 'isMissing, mayRemake, textIsRemade',
    why: 'the step fails with FACT_MISSING by order of the test: no request removes a row.',
  },
  {
    what: 'RELEASED.*',
    why: 'the run fails by an outage by order of the test; the task then pauses and is delivered again by itself.',
  },
  { what: 'xstate.after.*', why: 'the clock is moved to the next timer, and the sweep fires it.' },
  { what: 'a result before its acceptance', why: 'is not taken: a worker accepts before it ends. The transitions are the same.' },
  {
    what: 'RETRY by the service',
    why: 'is not taken: it is the transition of a person’s RETRY; test/runtime has its own tests.',
  },
] as const satisfies readonly { what: string; why: string }[];
