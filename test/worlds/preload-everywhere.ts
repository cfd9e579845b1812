/** For a runner of tests: each process of the run, and each that a test starts, compares what it sends with what is declared. */
export function preloadEverywhere(): void {
  const preload = new URL('preload.js', import.meta.url);
  process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS ?? '', `--import=${preload}`].join(' ').trim();
}
