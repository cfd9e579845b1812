/** Writes docs/bad-pictures.md from a run of all of them: `npm run suite -- bad-pictures`, in the root of the repository. */
import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import sharp from 'sharp';
import { POISON } from '../fixtures/poison/make.ts';
import type { Poison } from '../fixtures/poison/row.ts';
import { type Limits, PATIENT, QUICK } from './limits.ts';
import { type KindEnded, runKind } from './run.ts';
import type { Measured } from './service.ts';
import { openWorld } from './world.ts';

type Run = { limits: Limits; kinds: KindEnded[]; before: Measured; after: Measured };

async function run(limits: Limits, isIn: (row: Poison) => boolean): Promise<Run> {
  const world = await openWorld(limits);
  try {
    await runKind(world, { kind: 'first', rows: POISON.find(({ kind }) => kind === 'Called otherwise')?.rows ?? [] });
    const before = await world.measure();
    const kinds: KindEnded[] = [];
    for (const { kind, rows } of POISON) {
      const chosen = rows.filter(isIn);
      if (chosen.length === 0) continue;
      process.stderr.write(`${kind}\n`);
      kinds.push(await runKind(world, { kind, rows: chosen }));
    }
    return { limits, kinds, before, after: await world.measure() };
  } finally {
    await world.stop();
  }
}

const seconds = (ms: number) => `${ms / 1_000} s`;
const rowOf = (ended: KindEnded['ended'][number]): string => {
  const { row, ms } = ended;
  const [status, code] =
    'resource' in ended ? [ended.resource.status, ended.resource.failure?.code ?? ''] : [`HTTP ${ended.http}`, ended.code];
  return `| ${row.name} | ${status} | ${code} | ${Math.round(ms)} |`;
};
const kindOf = ({ kind, ended, good }: KindEnded): string =>
  [
    `### ${kind}`,
    '',
    `A good picture sent with them was ${good.resource.status} after ${Math.round(good.ms)} ms.`,
    '',
    '| picture | status | code | ms |\n|---|---|---|---|',
    ...ended.map(rowOf),
    '',
  ].join('\n');
const measured = (when: string, { threads, workers, resident_mb, max_resident_mb, held_ms }: Measured) =>
  `| ${when} | ${threads} | ${workers} | ${resident_mb} | ${max_resident_mb} | ${held_ms} |`;
const runOf = (title: string, { limits, kinds, before, after }: Run): string =>
  [
    `## ${title}`,
    '',
    `A page has ${seconds(limits.page_ms)} at the recogniser, ${seconds(limits.decode_ms)} at a decoder; 4 are sent at once.`,
    '',
    '| | threads | of them workers | resident MB | most MB so far | event loop held at most, ms |\n|---|---|---|---|---|---|',
    measured('before', before),
    measured('after', after),
    '',
    ...kinds.map(kindOf),
  ].join('\n');

const quick = await run(QUICK, ({ heavy }) => !heavy);
const patient = await run(PATIENT, ({ heavy }) => heavy === true);
const { vips, heif, tiff } = sharp.versions;
const machine = `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GB`;
await writeFile(
  'docs/bad-pictures.md',
  `# Bad pictures

<!-- Made by \`npm run suite -- bad-pictures\` from test/fixtures/poison/: change those, not this. -->

Each was sent to the whole service as a person's program sends it. It ends REJECTED or INDEX_FAILED with a code, or INDEXED where it can
be read. \`npm run suite -- poison\` fails where one ends otherwise.

${machine}; Node ${process.version}, libvips ${vips}, libheif ${heif}, libtiff ${tiff}; ${new Date().toISOString().slice(0, 10)}.

${runOf('Those that are quickly told', quick)}
${runOf('Those that take seconds or much memory', patient)}`,
);
console.log('docs/bad-pictures.md');
