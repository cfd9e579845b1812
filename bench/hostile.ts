/**
 * `npm run bench -- hostile [seconds]`: one good user beside 200 hostile requests a second of six kinds, on an embedded service with its default limits.
 * The same user is measured before on the same service while it is quiet. The hostile requests come from a process of their own.
 * `-- --only searches`, more than once too: of these kinds alone, each as often as among the six. `--cpu-prof <folder>`: a profile of the service.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { VERSION } from '../cli/project.ts';
import { HOSTILE_KINDS, Job, Report } from './hostile-job.ts';
import { type GoodFigures, goodPictures, goodUser, seedLibrary } from './hostile-user.ts';
import { addKeys, type Serving, serving } from './serving.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', multiple: true }, 'cpu-prof': { type: 'string' } },
});
const SECONDS = Number(positionals[0] ?? 20);
const KINDS = Job.shape.kinds.parse(options.only ?? HOSTILE_KINDS);
const PER_SECOND = 200;
const HOSTILE_ORG = 'hostile';
/** The hostile user may cost the good one this much: a goal of the service, for the medians. */
const MAX_RATIO = 3;
const LOAD = new URL('./hostile-load.js', import.meta.url);

/** Starts the load; resolves once its bodies are made and it sends. */
async function startLoad({ url }: Serving, keys: Record<string, string>): Promise<{ report: Promise<Report> }> {
  const job = { port: Number(new URL(url).port), per_second: PER_SECOND, seconds: SECONDS, kinds: KINDS, keys };
  const child = fork(LOAD, [JSON.stringify(job)]);
  await once(child, 'message');
  return { report: once(child, 'message').then(([sent]) => Report.parse(sent)) };
}

type Phase = { user: GoodFigures; service_cpu_ms: number; main_cpu_ms: number; seconds: number };
async function phase(service: Serving, work: Promise<GoodFigures>): Promise<Phase> {
  const [cpu, main, began] = [await service.cpuMs(), await service.mainThreadMs(), performance.now()];
  const user = await work;
  return {
    user,
    service_cpu_ms: (await service.cpuMs()) - cpu,
    main_cpu_ms: (await service.mainThreadMs()) - main,
    seconds: (performance.now() - began) / 1_000,
  };
}

const percent = (ms: number, seconds: number) => `${(ms / seconds / 10).toFixed(0)} %`;
function row(name: string, quiet: string, hostile: string, ratio = ''): void {
  console.log(`| ${name} | ${quiet} | ${hostile} | ${ratio} |`);
}
function times(name: string, quiet: number, hostile: number): void {
  row(name, quiet.toFixed(1), hostile.toFixed(1), (hostile / quiet).toFixed(2));
}

function print(quiet: Phase, hostile: Phase, sent: Report): void {
  const [a, b] = [quiet.user, hostile.user];
  console.log('| the good user | quiet | hostile | ratio |\n|---|---|---|---|');
  times('search p50 ms', a.search.p50, b.search.p50);
  times('search p99 ms', a.search.p99, b.search.p99);
  times('upload → INDEXED p50 ms', a.upload.p50, b.upload.p50);
  times('upload → INDEXED longest ms', a.upload.max, b.upload.max);
  row('searches answered', String(a.search.count), String(b.search.count));
  row('uploads INDEXED', String(a.upload.count), String(b.upload.count));
  row('refused or failed', describe(a.refused), describe(b.refused));
  row('processor: the service', percent(quiet.service_cpu_ms, quiet.seconds), percent(hostile.service_cpu_ms, hostile.seconds));
  row('of it its main thread', percent(quiet.main_cpu_ms, quiet.seconds), percent(hostile.main_cpu_ms, hostile.seconds));
  row('processor: the hostile load', '', percent(sent.cpu_ms, sent.seconds));
  console.log(`\n100 % is one of ${cpus().length} processors.\n\n| hostile kind | sent | answers |\n|---|---|---|`);
  for (const [kind, { sent: count = 0, ...answers }] of Object.entries(sent.kinds))
    console.log(`| ${kind} | ${count} | ${describe(answers)} |`);
  console.log(
    `\n${sent.sent} hostile requests in ${sent.seconds.toFixed(1)} s: ${(sent.sent / sent.seconds).toFixed(0)} a second`,
  );
  const missed = [
    b.search.p50 > MAX_RATIO * a.search.p50 ? 'search p50' : '',
    b.upload.p50 > MAX_RATIO * a.upload.p50 ? 'upload → INDEXED' : '',
    Object.keys(b.refused).length > 0 ? 'refused' : '',
  ].filter((name) => name !== '');
  console.log(
    missed.length === 0 ? `All goals are met (at most ${MAX_RATIO} times, none refused).` : `MISSED: ${missed.join(', ')}`,
  );
  if (missed.length > 0) process.exitCode = 1;
}
const describe = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([what, count]) => `${count} × ${what}`)
    .join(', ') || '0';

const pictures = await goodPictures();
const profile = options['cpu-prof'];
const service = await serving({}, profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]);
try {
  const hostile_keys = await addKeys(service, HOSTILE_ORG, HOSTILE_KINDS);
  await seedLibrary({ ...service, api_key: hostile_keys.searches ?? '' }, 0);
  await seedLibrary(service, 1_000);
  console.log(
    `tuodi ${VERSION}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}; limits are the defaults\n`,
  );
  await goodUser(service, pictures, 3); // to warm up
  const quiet = await phase(service, goodUser(service, pictures, SECONDS));
  const { report } = await startLoad(service, hostile_keys);
  const hostile = await phase(service, goodUser(service, pictures, SECONDS));
  print(quiet, hostile, await report);
} finally {
  await service.stop();
}
