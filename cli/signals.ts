/** Waits for a signal to stop. SIGHUP: its terminal was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborted at the first of them, so that long work ends clean. A second one ends the process as ever. */
export function stopSignal(): { signal: AbortSignal; release(): void } {
  const asked = new AbortController();
  const release = () => {
    for (const name of SIGNALS) process.off(name, stop);
  };
  const stop = () => {
    release();
    asked.abort(new Error('stopped, as asked'));
  };
  for (const name of SIGNALS) process.on(name, stop);
  return { signal: asked.signal, release };
}
