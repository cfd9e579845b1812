/** The tesseract pool: what it reads, and that one picture never hurts another. Real threads, but where a fault must be exact. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import sharp from 'sharp';
import { installLanguages, LANGUAGES } from '../../providers/tesseract/languages.ts';
import { type TesseractOptions, tesseractPool } from '../../providers/tesseract/pool.ts';
import { type StartThread, startThread, type Thread, ThreadEnded } from '../../providers/tesseract/thread.ts';
import { type Clock, systemClock } from '../../runtime/async/clock.ts';
import type { PictureToRead, Recogniser } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { until } from '../worlds/wait.ts';

const base = await mkdtemp(join(tmpdir(), 'tuodi-tesseract-'));
after(() => rm(base, { recursive: true, force: true }));
const language_dir = join(base, 'languages');
const never = new AbortController().signal;
const SAMPLES = join(import.meta.dirname, '..', '..', '..', 'samples');

/** As the OCR step makes it. */
async function picture(name: string, crop?: { height: number }): Promise<PictureToRead> {
  const upright = sharp(join(SAMPLES, name)).autoOrient().flatten({ background: '#fff' }).greyscale();
  const { width } = await sharp(join(SAMPLES, name)).metadata();
  const { data, info } = await (crop ? upright.extract({ left: 0, top: 0, width, height: crop.height }) : upright)
    .png()
    .toBuffer({ resolveWithObject: true });
  return { png: data, page: 1, width: info.width, height: info.height };
}
/** Its heading alone: quick to read. */
const heading = () => picture('english-letter.png', { height: 180 });
const HEADING = /Harbour Street Bicycle Workshop/;
const BROKEN: PictureToRead = { png: Buffer.from('no picture at all'), page: 1, width: 10, height: 10 };

function pool(options: Partial<TesseractOptions> = {}): Recogniser & { log: string[] } {
  const log: string[] = [];
  const made = tesseractPool({
    workers: 1,
    page_time_limit_ms: 60_000,
    pages_per_worker: 100,
    language_dir,
    clock: systemClock(),
    log: (event, detail) => log.push(`${event} ${JSON.stringify(detail)}`),
    ...options,
  });
  return { ...made, log };
}
const starts = (log: string[]) => log.filter((line) => line.startsWith('ocr_thread_started')).length;
const failsWith = (code: string, retryable: boolean) => (error: unknown) => {
  assert.ok(error instanceof StepError, String(error));
  assert.equal(error.failure.code, code, error.failure.detail);
  assert.equal(error.failure.retryable, retryable);
  return true;
};
/** A timer that a test lets go off. */
const caught = (timers: (() => void)[], then: () => void) => {
  timers.push(then);
  return { cancel: () => {} };
};

describe('the tesseract pool reads', () => {
  test('English and Chinese, line by line, with boxes as fractions of the page', async () => {
    const recogniser = pool();
    const page = await recogniser.recognise(await picture('mixed-slide.webp'), never);
    assert.match(page.text, /Orchard Sensors/);
    assert.match(page.text, /果园传感器项目\nQuarterly review/);
    assert.ok(page.confidence > 0.8 && page.confidence <= 1);
    const orchard = page.words.find(({ text }) => text === 'Orchard');
    assert.ok(orchard && orchard.x < 0.5 && orchard.y < 0.5 && orchard.w > 0 && orchard.h > 0);
    for (const { x, y, w, h, confidence } of page.words)
      assert.ok(x >= 0 && y >= 0 && x + w <= 1.0001 && y + h <= 1.0001 && confidence >= 0 && confidence <= 1);
    await recogniser.close();
  });

  test('a picture that lies, and says how it was turned; an upright one was not', async () => {
    const recogniser = pool();
    const lying = await recogniser.recognise(await picture('turned-recipe.jpg'), never);
    const again = await sharp((await picture('turned-recipe.jpg')).png)
      .rotate(lying.turned)
      .png()
      .toBuffer();
    const { width, height } = await sharp(again).metadata();
    const upright = await recogniser.recognise({ png: again, page: 1, width, height }, never);
    assert.ok(lying.turned === 90 || lying.turned === 270, `${lying.turned}`);
    assert.equal(upright.turned, undefined);
    assert.equal(upright.text.slice(0, 10), lying.text.slice(0, 10));
    await recogniser.close();
  });

  test('nothing on a photo without text', async () => {
    const recogniser = pool();
    assert.deepEqual(await recogniser.recognise(await picture('photo-without-text.jpg'), never), {
      text: '',
      confidence: 0,
      words: [],
    });
    await recogniser.close();
  });

  test('two pictures at once with two threads, and more than threads one after the other', async () => {
    const recogniser = pool({ workers: 2 });
    const small = await heading();
    const pages = await Promise.all(Array.from({ length: 5 }, () => recogniser.recognise(small, never)));
    for (const page of pages) assert.match(page.text, HEADING);
    assert.equal(starts(recogniser.log), 2);
    await recogniser.close();
  });
});

describe('one picture never hurts the next', () => {
  test('a broken one fails alone, and the process lives', async () => {
    const recogniser = pool();
    await assert.rejects(recogniser.recognise(BROKEN, never), failsWith('OCR_CRASHED', true));
    assert.match((await recogniser.recognise(await heading(), never)).text, HEADING);
    await recogniser.close();
  });

  test('one that takes too long is ended, and its thread with it', async () => {
    const late: (() => void)[] = [];
    const system = systemClock();
    const clock: Clock = {
      ...system,
      after: (ms, then) => (ms === 60_000 ? caught(late, then) : system.after(ms, then)),
    };
    const recogniser = pool({ clock });
    const slow = recogniser.recognise(await picture('chinese-notice.jpg'), never);
    const failed = assert.rejects(slow, failsWith('OCR_TIMEOUT', true));
    await until('it takes too long', () => late.length === 1);
    late[0]?.();
    await failed;
    assert.match((await recogniser.recognise(await heading(), never)).text, HEADING);
    assert.equal(starts(recogniser.log), 2);
    await recogniser.close();
  });

  test('one that is given up is ended, whether it is read or waits', async () => {
    const recogniser = pool();
    await recogniser.ready();
    const [reading, waiting] = [new AbortController(), new AbortController()];
    const slow = recogniser.recognise(await picture('chinese-notice.jpg'), reading.signal);
    const queued = recogniser.recognise(await heading(), waiting.signal);
    const next = recogniser.recognise(await heading(), never);
    waiting.abort(new Error('given up while waiting'));
    await assert.rejects(queued, /given up while waiting/);
    reading.abort(new Error('given up while reading'));
    await assert.rejects(slow, /given up while reading/);
    assert.match((await next).text, HEADING);
    assert.equal(starts(recogniser.log), 2);
    await recogniser.close();
  });

  test('a thread that dies takes one picture with it', async () => {
    const threads: Thread[] = [];
    const start_thread: StartThread = async (what, signal) => {
      const thread = await startThread(what, signal);
      threads.push(thread);
      return thread;
    };
    const recogniser = pool({ workers: 2, start_thread });
    const slow = recogniser.recognise(await picture('chinese-notice.jpg'), never);
    const failed = assert.rejects(slow, failsWith('OCR_CRASHED', true));
    await until('a thread works', () => threads.length === 1);
    const other = recogniser.recognise(await heading(), never);
    await threads[0]?.end(); // as a crash does: nothing is told to the pool but the end
    await failed;
    assert.match((await other).text, HEADING);
    await threads[1]?.end(); // between two pictures
    assert.match((await recogniser.recognise(await heading(), never)).text, HEADING);
    await recogniser.close();
  });

  test('a thread is replaced after its number of pages', async () => {
    const recogniser = pool({ pages_per_worker: 2 });
    const small = await heading();
    for (let n = 0; n < 5; n++) assert.match((await recogniser.recognise(small, never)).text, HEADING);
    assert.equal(starts(recogniser.log), 3);
    await recogniser.close();
  });
});

describe('the start of the engine', () => {
  test('has the language data that tessdata/README.md names, byte for byte', async () => {
    const folder = join(SAMPLES, '..', 'tessdata');
    const named = [...(await readFile(join(folder, 'README.md'), 'utf8')).matchAll(/^ {4}([0-9a-f]{64}) {2}(\S+)$/gm)];
    assert.deepEqual(
      named.map(([, , file]) => file),
      LANGUAGES.map((language) => `${language}.traineddata.gz`),
    );
    for (const [, sum, file = ''] of named)
      assert.equal(
        createHash('sha256')
          .update(await readFile(join(folder, file)))
          .digest('hex'),
        sum,
        file,
      );
  });

  test('is refused when language data is missing, and succeeds once it is there', async () => {
    const dir = join(base, 'missing');
    const recogniser = pool({ language_dir: dir, languages: ['eng', 'kli'] });
    const refused = (error: unknown) => failsWith('PROVIDER_UNAVAILABLE', true)(error) && /"kli" is missing/.test(String(error));
    await assert.rejects(recogniser.ready(), refused);
    await assert.rejects(recogniser.recognise(await heading(), never), refused);
    await installLanguages(join(base, 'source'), ['eng'], systemClock());
    await copyFile(join(base, 'source', 'eng.traineddata.gz'), join(dir, 'kli.traineddata.gz'));
    await recogniser.ready();
    await recogniser.close();
  });

  test('is refused when language data is broken, instead of waiting for ever', async () => {
    const dir = join(base, 'broken');
    await installLanguages(dir, ['eng'], systemClock());
    await writeFile(join(dir, 'kli.traineddata.gz'), Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]));
    const recogniser = pool({ language_dir: dir, languages: ['eng', 'kli'] });
    await assert.rejects(recogniser.ready(), failsWith('PROVIDER_UNAVAILABLE', true));
    await recogniser.close();
  });

  test('puts ours right where it was damaged without a change of its size, and refuses another one that is no gzip file', async () => {
    const dir = join(base, 'zeros');
    await installLanguages(dir, ['eng'], systemClock());
    const file = join(dir, 'eng.traineddata.gz');
    const sound = await readFile(file);
    await writeFile(file, Buffer.alloc(sound.length));
    await installLanguages(dir, ['eng'], systemClock());
    assert.ok(sound.equals(await readFile(file)));
    await writeFile(join(dir, 'kli.traineddata.gz'), Buffer.alloc(1_000));
    await assert.rejects(installLanguages(dir, ['kli'], systemClock()), /"kli" at .* is no gzip file/);
  });

  test('ends at its limit', async () => {
    const late: (() => void)[] = [];
    const clock: Clock = { ...systemClock(), after: (_ms, then) => caught(late, then) };
    const start_thread: StartThread = (_what, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const recogniser = pool({ clock, start_thread });
    const failed = assert.rejects(recogniser.ready(), failsWith('PROVIDER_UNAVAILABLE', true));
    await until('it takes too long', () => late.length === 1);
    late[0]?.();
    await failed;
    await recogniser.close();
  });

  test('puts language data into place whole, when many do it at once, and over half a file', async () => {
    const dir = join(base, 'at-once');
    await installLanguages(dir, ['chi_tra'], systemClock());
    await writeFile(join(dir, 'chi_tra.traineddata.gz'), 'half');
    await Promise.all(Array.from({ length: 5 }, () => installLanguages(dir, ['eng', 'chi_sim', 'chi_tra'], systemClock())));
    assert.deepEqual((await readdir(dir)).sort(), ['chi_sim.traineddata.gz', 'chi_tra.traineddata.gz', 'eng.traineddata.gz']);
    const recogniser = pool({ language_dir: dir });
    await recogniser.ready();
    await recogniser.close();
  });
});

describe('closing', () => {
  test('settles all that is read or waits, and takes no more', async () => {
    const recogniser = pool();
    await recogniser.ready();
    const slow = await picture('chinese-notice.jpg');
    const all = [slow, slow, slow].map((each) =>
      assert.rejects(recogniser.recognise(each, never), failsWith('PROVIDER_UNAVAILABLE', true)),
    );
    await recogniser.close();
    await Promise.all(all);
    await assert.rejects(recogniser.recognise(slow, never), failsWith('PROVIDER_UNAVAILABLE', true));
    await assert.rejects(recogniser.ready(), failsWith('PROVIDER_UNAVAILABLE', true));
  });

  test('a thread that ended answers at once that it ended', async () => {
    await installLanguages(language_dir, ['eng', 'chi_sim', 'chi_tra'], systemClock());
    const thread = await startThread({ language_dir, languages: ['eng'], priority: 0 }, never);
    await thread.end();
    await assert.rejects(thread.recognise((await heading()).png), ThreadEnded);
  });
});
