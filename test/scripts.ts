/** What is run by a name: the suites that take minutes, and the benches. */

/** A compiled script beside this one, and its arguments. */
type Step = readonly [file: string, ...args: string[]];
/** `steps`: run one after the other until one fails; the last gets the arguments of the command line too. */
export type Script = { does: string; steps: readonly Step[] };

export const SUITES: Record<string, Script> = {
  node: {
    does: 'a part of the tests that takes a minute, for another version of Node: stores, formats, routes, texts, the package',
    steps: [
      [
        './run.js',
        ...[
          'app',
          'install',
          'persistence/facts-sqlite.',
          'persistence/index-sqlite.',
          'persistence/migrations',
          'persistence/objects',
        ],
        ...[
          'services/formats/formats',
          'services/formats/pdf',
          'http/routes/create',
          'http/routes/edits',
          'http/server',
          'text/',
        ],
      ],
    ],
  },
  faults: {
    does: 'a process killed at every boundary; full disks; two processes on one folder; backups of a service at work',
    steps: [['./run.js', 'faults']],
  },
  'fault-table': {
    does: 'a picture in each status with each fault, written to docs/faults.md',
    steps: [['./faults/outcomes/write.js']],
  },
  poison: { does: 'every bad picture, through the whole service', steps: [['./run.js', 'poison']] },
  'bad-pictures': { does: 'the same, written to docs/bad-pictures.md', steps: [['./poison/write.js']] },
  servers: { does: 'real servers, started without containers: [part of a name…] [--s3 rgw]', steps: [['./servers/run.js']] },
  operations: {
    does: 'alerts of real servers that are away, and drills on configured ones: minutes',
    steps: [['./servers/run.js', 'alerts-servers', 'drill.test']],
  },
  screenshots: { does: 'the pages of the web app, into docs/screenshots/: [part of a name…]', steps: [['./web/screenshots.js']] },
  chaos: {
    does: 'real servers under a fault a second: [--seconds 30 --resources 100 --waiting 50 --seed 7]',
    steps: [['./servers/run.js', '--chaos']],
  },
  night: {
    does: 'each real server in turn refused, silent, emptied and full: what is said, written to docs/operations-night.md',
    steps: [['./servers/run.js', '--run', 'dist/test/servers/night.js']],
  },
  rolling: {
    does: 'a rolling upgrade from an older version, built in a folder, while pictures are sent: <folder>',
    steps: [['./servers/run.js', '--run', 'dist/test/servers/rolling.js', '--']],
  },
  explore: { does: 'the whole exploration of the machines: [part of a name] [k/n]', steps: [['./model/explore.js']] },
  planted: {
    does: 'planted mistakes of the service outside its machines, and by what each is found: [part of a name]',
    steps: [['./conformance/planted-run.js']],
  },
  mutants: {
    does: 'planted mistakes, each of which a test must find: [part of a name] [k/n]',
    steps: [['./run.js', 'mutants'], ['./model/mutants-run.js']],
  },
};

export const BENCHES: Record<string, Script> = {
  service: { does: 'figures of this machine', steps: [['../bench/service.js']] },
  turn: { does: 'processor time of one step in the kernel and the engine alone', steps: [['../bench/turn.js']] },
  search: { does: 'searches among 100,000 texts: [texts]', steps: [['../bench/search.js']] },
  found: {
    does: 'how well searches find, by kind of query, on both engines: [seed] [documents]',
    steps: [['./servers/run.js', '--run', 'dist/bench/found.js']],
  },
  web: { does: 'the web app in Chromium: first page, typing, a shelf of 100,000 pictures', steps: [['../bench/web.js']] },
  rows: { does: 'lists, counts and the sweep with 1,000 to 100,000 pictures: [largest]', steps: [['../bench/rows.js']] },
  verify: { does: 'verify over 100,000 pictures, and what a million would take: [pictures]', steps: [['../bench/verify.js']] },
  bodies: { does: 'the worst body, query and header of each route', steps: [['../bench/bodies.js']] },
  hostile: {
    does: 'a good user beside 200 hostile requests a second: [seconds] [--only kind]',
    steps: [['../bench/hostile.js']],
  },
  samples: { does: 'the trial of the samples, as a table', steps: [['../bench/samples.js']] },
  memory: {
    does: 'resident memory: [--files 70 --rest 10,60 --with plain --with MALLOC_ARENA_MAX=2]',
    steps: [['../bench/memory.js']],
  },
  pdf: { does: 'at which resolution PDF pages are drawn', steps: [['../bench/pdf-resolution.js']] },
  ocr: { does: 'errors and time of recognition, beside native tesseract: [--write]', steps: [['../bench/ocr.js']] },
  engines: { does: 'errors and cost of each reading engine, kind by kind: [--write]', steps: [['../bench/engines.js']] },
  confidence: {
    does: 'which share of characters is wrong, by the confidence of each engine',
    steps: [['../bench/confidence.js']],
  },
  reading: {
    does: 'memory of 200 pictures in a row, and pages a second by workers: [pictures]',
    steps: [['../bench/reading-load.js']],
  },
  fairness: {
    does: 'server mode: who waits how long beside one who sends much, and who does the work',
    steps: [['./servers/run.js', '--run', 'dist/bench/fairness.js']],
  },
  backlog: {
    does: 'server mode with a long line of pictures: [pictures]',
    steps: [['./servers/run.js', '--run', 'dist/bench/backlog.js']],
  },
  soak: {
    does: 'server mode at a steady rate, and what its memory does meanwhile: [minutes] [pictures a second]',
    steps: [['./servers/run.js', '--run', 'dist/bench/soak.js']],
  },
  servers: {
    does: 'server mode, beside a floor of the same run: [floor] [empty] [elasticsearch] [creating]',
    steps: [['./servers/run.js', '--bench']],
  },
};

/** Runs what is so named in this process. Prints the names, and fails, for an unknown one. */
export async function runNamed(command: string, scripts: Record<string, Script>, [name = '', ...args]: string[]): Promise<void> {
  const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  if (!script) {
    const rows = Object.entries(scripts).map(([known, { does }]) => `  ${known.padEnd(12)} ${does}`);
    console.error([`${command} -- <name> [arguments]`, ...rows].join('\n'));
    process.exitCode = 2;
    return;
  }
  for (const [n, [file, ...own]] of script.steps.entries()) {
    const url = new URL(file, import.meta.url);
    process.argv = [process.execPath, url.pathname, ...own, ...(n === script.steps.length - 1 ? args : [])];
    await import(url.href);
    if (process.exitCode) return;
  }
}
