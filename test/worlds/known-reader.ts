/** A recogniser that knows the samples by sight, and reads off each what is truly on it: for tests of what comes after recognition. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { SAMPLES } from '../../cli/project.ts';
import type { Recogniser } from '../../runtime/ports/providers.ts';

/** Pixels a side of the thumbnail that a picture is known by. */
const SIDE = 16;
const Truth = z.record(z.string(), z.object({ lines: z.array(z.object({ text: z.string() })) }));

export type Sample = { file: string; lines: string[] };
export async function samplesNamed(...names: string[]): Promise<Sample[]> {
  const truth = Truth.parse(JSON.parse(await readFile(path.join(SAMPLES, 'truth.json'), 'utf8')));
  return names.map((name) => ({ file: path.join(SAMPLES, name), lines: (truth[name]?.lines ?? []).map(({ text }) => text) }));
}

/** Reads the sample that a picture is most like. */
export async function knownReader(samples: Sample[]): Promise<Recogniser> {
  const known = await Promise.all(samples.map(async ({ file, lines }) => ({ lines, seen: await thumbnail(file) })));
  return {
    engine: 'known',
    async recognise({ png }) {
      const seen = await thumbnail(png);
      const nearest = known.reduce((best, one) => (distance(one.seen, seen) < distance(best.seen, seen) ? one : best));
      return { text: nearest.lines.join('\n'), confidence: 1, words: [] };
    },
    ready: async () => {},
    close: async () => {},
  };
}

const thumbnail = (picture: string | Uint8Array): Promise<Buffer> =>
  sharp(picture).rotate().flatten({ background: 'white' }).greyscale().resize(SIDE, SIDE, { fit: 'fill' }).raw().toBuffer();
const distance = (a: Buffer, b: Buffer): number => a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0);
