/**
 * The trial of the main job: the pictures of samples/ read by the real service, then looked for by phrases of their own true text
 * among 2,000 other texts in the index. Everything that is drawn comes from a seed.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import { readConfig } from '../../app/config.ts';
import { createService } from '../../app/create-service.ts';
import { openPorts, type Ports } from '../../app/open-ports.ts';
import { SAMPLES } from '../../cli/project.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { cleanText } from '../../text/clean.ts';
import { parseQuery } from '../../text/query.ts';
import { takeInBytes } from '../worlds/take-in.ts';
import { savedText, seeded } from '../worlds/texts.ts';
import { until } from '../worlds/wait.ts';
import { accuracyOf } from './accuracy.ts';
import { type Boxed, boxed, DrawnLine } from './boxes.ts';
import { drawPhrases } from './phrases.ts';

export const SEED = 2026;
const OTHERS = 2_000;
const PHRASES_A_SAMPLE = 40;
const LIMIT_MS = 120_000;
const SCOPE = { org_id: 'org' };

const Truth = z.record(z.string(), z.object({ lines: z.array(DrawnLine) }));
const truth = Truth.parse(JSON.parse(readFileSync(path.join(SAMPLES, 'truth.json'), 'utf8')));

/** accuracy: 1 less edits a true character, white space aside; null where nothing is written. */
export type Tried = {
  file: string;
  status: string;
  accuracy: number | null;
  drawn: number;
  first: number;
  missed: string[];
  boxes: Boxed;
};

export async function trial(folder: string): Promise<Tried[]> {
  const clock = systemClock();
  const world = { clock, log: pino({ level: 'silent' }) };
  const { config } = readConfig({ TUODI_DATA_DIR: folder });
  const ports = await openPorts(config, () => 'http://localhost', world);
  const service = createService(ports, { config }, world);
  await service.start();
  try {
    const others = await addOthers(ports);
    const ids = new Map<string, string>();
    for (const file of Object.keys(truth)) {
      const bytes = readFileSync(path.join(SAMPLES, file));
      ids.set(
        file,
        await takeInBytes(
          { engine: service.engine, objects: ports.objects, clock, scope: SCOPE },
          { bytes, filename: file, title: 'a picture' },
        ),
      );
    }
    const tried: Tried[] = [];
    for (const [file, resource_id] of ids) tried.push(await tryOne(ports, file, resource_id, others));
    return tried;
  } finally {
    await service.stop();
    await ports.close();
  }
}

/** Texts of others, put straight into the index: they have no pictures. */
async function addOthers({ index }: Ports): Promise<string[]> {
  const random = seeded(SEED);
  const saved = Array.from({ length: OTHERS }, () => savedText(random));
  const texts = saved.map(({ pages }) => pages.map(({ text }) => text).join('\n'));
  const entries = saved.map((one, i) => ({
    resource_id: `other-${i}`,
    ...SCOPE,
    revision: 1,
    saved: one,
    vectors: null,
  }));
  await Promise.all(entries.map((entry) => index.put(entry)));
  return saved.map(({ title, tags }, i) => [title, ...tags, texts[i]].join('\n'));
}

async function tryOne(ports: Ports, file: string, resource_id: string, others: string[]): Promise<Tried> {
  const row = await until(
    `${file} at rest`,
    async () => {
      const now = await ports.facts.resources.get(SCOPE, resource_id);
      return now?.rests && now.phase !== 'uploading' && now;
    },
    LIMIT_MS,
  );
  const lines = (truth[file]?.lines ?? []).map(({ text }) => text);
  const saved = row.text_id === null ? null : await ports.facts.texts.text(SCOPE, row.text_id);
  const read = saved?.saved.pages.map(({ text }) => text).join('\n') ?? '';
  const elsewhere = [
    ...others,
    ...Object.entries(truth)
      .filter(([other]) => other !== file)
      .map(([, { lines }]) => lines.map(({ text }) => text).join('\n')),
  ];
  const phrases = drawPhrases(lines, elsewhere.map(cleanText), seeded(SEED), PHRASES_A_SAMPLE);
  const missed: string[] = [];
  for (const phrase of phrases) if ((await firstHit(ports, phrase)) !== resource_id) missed.push(phrase);
  const accuracy = lines.length === 0 ? null : accuracyOf(lines.join('\n'), read);
  const recognised = row.recognition_id === null ? null : await ports.facts.texts.recognition(SCOPE, row.recognition_id);
  const boxes = boxed(recognised?.pages ?? [], truth[file]?.lines ?? [], phrases);
  return { file, status: row.status, accuracy, drawn: phrases.length, first: phrases.length - missed.length, missed, boxes };
}

async function firstHit({ index }: Ports, phrase: string): Promise<string | undefined> {
  const asked = { query: parseQuery(phrase), mode: 'text' as const, vector: null };
  const { hits } = await index.search(SCOPE, { ...asked, sort: 'relevance', after: null, except: [], facets: [], limit: 1 });
  return hits[0]?.resource_id;
}

export const trialTable = (tried: Tried[]): string =>
  [
    '| sample | status | characters right | phrases | in first place | boxes within 1 % of the page |',
    '|---|---|---|---|---|---|',
    ...tried.map(({ file, status, accuracy, drawn, first, boxes: { found, near } }) => {
      const right = accuracy === null ? 'no text' : `${(accuracy * 100).toFixed(1)}%`;
      return `| ${file} | ${status} | ${right} | ${drawn} | ${drawn === 0 ? '' : `${first} (${((first / drawn) * 100).toFixed(0)}%)`} | ${found === 0 ? '' : `${near} of ${found}`} |`;
    }),
  ].join('\n');
