/** Reading processes: what they read, and that whatever becomes of one hurts one picture at most. Real processes, really killed. */
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import sharp from 'sharp';
import { SAMPLES } from '../../../cli/project.ts';
import { EngineMissing } from '../../../providers/local/onnx-runtime.ts';
import { ModelsBroken, ProcessEnded } from '../../../providers/local/process.ts';
import { checkRuntime, findModels } from '../../../providers/ppocr/model-files.ts';
import { type ReadingProcess, type StartProcess, startProcess } from '../../../providers/ppocr/process.ts';
import { type PpocrOptions, ppocrRecogniser } from '../../../providers/ppocr/recogniser.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import type { PictureToRead } from '../../../runtime/ports/providers.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { heldTimers, isAlive } from '../../worlds/held-timers.ts';
import { NO_WRITING } from '../../worlds/ink-pictures.ts';
import { until } from '../../worlds/wait.ts';

const base = await mkdtemp(path.join(tmpdir(), 'tuodi-ppocr-'));
after(() => rm(base, { recursive: true, force: true }));
const files = await findModels(null);
const never = new AbortController().signal;
const [LIMIT_MS, IDLE_MS] = [61_234, 12_345];

/** As the OCR step makes it. */
async function picture(name: string, height?: number): Promise<PictureToRead> {
  const upright = sharp(path.join(SAMPLES, name)).autoOrient().flatten({ background: '#fff' }).greyscale();
  const { width } = await sharp(path.join(SAMPLES, name)).metadata();
  const part = height === undefined ? upright : upright.extract({ left: 0, top: 0, width, height });
  const { data, info } = await part.png().toBuffer({ resolveWithObject: true });
  return { png: data, page: 1, width: info.width, height: info.height };
}
/** Its heading alone: quick to read. */
const heading = await picture('english-letter.png', 180);
const HEADING = /Harbour Street Bicycle Workshop/;

/** A recogniser of one place; its limits of time pass when the test says. `onStart`: told of each process. */
function made(options: Partial<PpocrOptions> = {}, onStart: (process: ReadingProcess, n: number) => void = () => {}) {
  const log: string[] = [];
  const processes: ReadingProcess[] = [];
  const { clock, timers } = heldTimers(LIMIT_MS, IDLE_MS);
  const start_process: StartProcess = async (what, signal) => {
    const process = await startProcess(what, signal);
    processes.push(process);
    onStart(process, processes.length);
    return process;
  };
  const recogniser = ppocrRecogniser({
    ...{ workers: 1, page_time_limit_ms: LIMIT_MS, idle_ms: IDLE_MS, pages_per_worker: 100, files, start_process },
    tesseract: { language_dir: path.join(base, 'languages') },
    clock,
    log: (event, { why }) => log.push(why === undefined ? event : `${event}: ${why}`),
    ...options,
  });
  after(() => recogniser.close());
  return { ...recogniser, log, timers, processes, read: (one = heading) => recogniser.recognise(one, never) };
}
const signalled = ({ pid = 0 }: ReadingProcess, signal: NodeJS.Signals) => void process.kill(pid, signal);
const failsWith = (code: string) => (error: unknown) => error instanceof StepError && error.failure.code === code;

describe('ppocr reads', () => {
  test('English and Chinese, row by row, with boxes as fractions of the page', async () => {
    const { read } = made();
    const page = await read(await picture('mixed-slide.webp'));
    assert.match(page.text, /^Orchard Sensors 果园传感器项目\nQuarterly review 第二季度回顾\n/);
    assert.equal(page.engine, 'ppocr/4');
    assert.ok(page.confidence > 0.9 && page.confidence <= 1);
    const word = page.words.find(({ text }) => text === 'Quarterly');
    assert.ok(word && word.x < 0.2 && word.w > 0.05 && word.h > 0.01);
    for (const { x, y, w, h, confidence } of page.words)
      assert.ok(x >= 0 && y >= 0 && x + w <= 1.0001 && y + h <= 1.0001 && confidence >= 0 && confidence <= 1);
  });

  test('a receipt: each name with its price', async () => {
    assert.match((await made().read(await picture('receipt.jpg'))).text, /Sourdough 酸面包 1 32\.00\n/);
  });

  test('a picture that lies, and says how it was turned', async () => {
    const page = await made().read(await picture('turned-recipe.jpg'));
    assert.equal(page.turned, 270);
    assert.match(page.text, /^外婆的红豆山药点心\n/);
    const [first] = page.words;
    const { words } = page;
    assert.ok(first && words.every(({ text }) => text.length === 1), 'Chinese is placed character by character');
    assert.ok(first.x > 0.5, 'the first line of a page that lies so is at its right');
  });

  test('nothing on a photo without text', async () => {
    const page = await made().read(await picture('photo-without-text.jpg'));
    assert.deepEqual({ text: page.text, words: page.words, turned: page.turned }, { text: '', words: [], turned: undefined });
  });

  test('nothing on a grid of dots, each of which is a point, surely', async () => {
    const png = (await NO_WRITING['a grid of dots']?.()) ?? assert.fail('there are no dots');
    const page = await made().read({ png, page: 1, width: 1_000, height: 1_200 });
    assert.deepEqual([page.text, page.words], ['', []]);
  });
  test('traditional Chinese by tesseract, which has all its forms', async () => {
    const page = await made().read(await picture('chinese-traditional.png'));
    assert.match(page.engine ?? '', /^tesseract/);
  });
});

describe('an engine that was ordered', () => {
  test('reads alone: tesseract what it would not read, and ppocr what tesseract would read as well', async () => {
    const { recognise, orderable } = made();
    const by = async (engine: 'ppocr' | 'tesseract', one: PictureToRead) => recognise({ ...one, by: engine }, never);
    assert.deepEqual(orderable, ['ppocr', 'tesseract']);
    const heads = await by('tesseract', heading);
    assert.match(heads.text, HEADING);
    assert.match(heads.engine ?? '', /^tesseract/);
    const traditional = await picture('chinese-traditional.png');
    const alone = await by('ppocr', traditional);
    assert.deepEqual([alone.engine, alone.second_engine], ['ppocr/4', undefined]);
    const both = await recognise(traditional, never);
    assert.deepEqual([both.engine?.split('/')[0], both.second_engine], ['tesseract.js', 'ppocr/4']);
  });

  test('is stood in for by the other one where it cannot run', async () => {
    const start_thread = async () => {
      throw new Error('no thread starts');
    };
    const tesseract = { language_dir: path.join(base, 'languages'), start_thread };
    const { recognise, processes } = made({ tesseract });
    const page = await recognise({ ...heading, by: 'tesseract' }, never);
    assert.match(page.text, HEADING);
    assert.deepEqual([page.engine, processes.length], ['ppocr/4', 1]);
  });

  test('that this service does not have is read by the one that it has', async () => {
    const { recognise, orderable } = made({ tesseract: null });
    assert.deepEqual(orderable, ['ppocr']);
    assert.equal((await recognise({ ...heading, by: 'tesseract' }, never)).engine, 'ppocr/4');
  });
});

describe('one process hurts one picture at most', () => {
  test('a process that is killed while it reads is replaced, and the picture is read all the same', async () => {
    const { read, log, processes } = made({}, (one, n) => n === 1 && setImmediate(() => signalled(one, 'SIGKILL')));
    assert.match((await read()).text, HEADING);
    assert.equal(processes.length, 2);
    assert.deepEqual(log, ['ocr_process_started', 'ocr_process_ended: died', 'ocr_process_started']);
  });

  test('twice on the same picture, and tesseract reads it; the next one is read by a new process', async () => {
    const { read } = made({}, (one, n) => n <= 2 && setImmediate(() => signalled(one, 'SIGKILL')));
    const page = await read();
    assert.match(page.text, HEADING);
    assert.match(page.engine ?? '', /^tesseract/);
    assert.equal((await read()).engine, 'ppocr/4');
  });

  test('one that hangs is ended at the limit, and the next picture has another', async () => {
    const { read, timers, processes, ready } = made();
    await ready();
    const [first] = processes;
    assert.ok(first);
    signalled(first, 'SIGSTOP');
    const failed = assert.rejects(read(), failsWith('OCR_TIMEOUT'));
    const limit = await until('the picture is being read', () => timers.find(({ ms }) => ms === LIMIT_MS));
    limit.pass();
    await failed;
    assert.equal(isAlive(first), false);
    assert.match((await read()).text, HEADING);
  });

  test('a picture that is given up ends its process, and what is no picture fails alone', async () => {
    const { read, recognise, processes } = made({ tesseract: null });
    const gone = new AbortController();
    const reading = assert.rejects(recognise(await picture('chinese-notice.jpg'), gone.signal), /given up/);
    await until('a process reads', () => processes.length === 1);
    gone.abort(new Error('given up'));
    await reading;
    const [first] = processes;
    assert.ok(first && !isAlive(first));
    await assert.rejects(read({ png: Buffer.from('none'), page: 1, width: 9, height: 9 }), failsWith('OCR_CRASHED'));
    assert.match((await read()).text, HEADING);
  });

  test('it is replaced after its number of pages, and after the page that took too much memory', async () => {
    for (const limit of [{ pages_per_worker: 1 }, { max_rss_bytes: 1 }]) {
      const { read, processes } = made(limit);
      await read();
      await read();
      assert.equal(processes.length, 2);
    }
  });

  test('a process that rests is ended', async () => {
    const { read, timers, processes } = made();
    await read();
    timers.find(({ ms }) => ms === IDLE_MS)?.pass();
    const [first] = processes;
    assert.ok(first);
    await first.ended;
    assert.match((await read()).text, HEADING);
    assert.equal(processes.length, 2);
  });
});

describe('an engine that cannot run', () => {
  const failing: StartProcess = async () => {
    throw new ProcessEnded('no such library');
  };
  test('is told once, and tesseract reads', async () => {
    const told: string[] = [];
    const { read, ready } = made({ start_process: failing, onMissing: (why) => told.push(why) });
    await ready();
    assert.match((await read()).engine ?? '', /^tesseract/);
    assert.match((await read()).text, HEADING);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /no such library/);
  });

  test('is not started again at once for ever: longer pauses, up to half a minute, and none after a page', async () => {
    let [now, starts, sound] = [0, 0, false];
    const system = systemClock();
    const start_process: StartProcess = async (what, signal) => {
      starts += 1;
      return sound ? startProcess(what, signal) : failing(what, signal);
    };
    const { read } = made({ start_process, tesseract: null, clock: { ...system, elapsed: () => now } });
    const tried = async () => {
      const before = starts;
      await assert.rejects(read(), failsWith('PROVIDER_UNAVAILABLE'));
      return starts > before;
    };
    assert.deepEqual([await tried(), await tried(), await tried(), await tried()], [true, true, true, false]);
    now += 1_000;
    assert.deepEqual([await tried(), await tried()], [true, false]);
    now += 1_999;
    assert.equal(await tried(), false);
    now += 30_000;
    sound = true;
    assert.match((await read()).text, HEADING);
  });

  test('names what is missing, and the cure', async () => {
    await assert.rejects(
      checkRuntime('aix', 'ppc64'),
      (error: unknown) => error instanceof EngineMissing && /aix.*TUODI_OCR_ENGINE/.test(error.message),
    );
    await assert.rejects(findModels(path.join(base, 'nowhere')), EngineMissing);
  });

  test('a folder of models is refused for what is wrong with it', async () => {
    const folder = await mkdtemp(path.join(base, 'models-'));
    const broken = async () => {
      const found = await findModels(folder);
      await startProcess({ files: found, priority: 0 }, never);
    };
    await assert.rejects(broken(), /must hold one detector .*none/);
    await copyFile(files.detector, path.join(folder, 'det.onnx'));
    await writeFile(path.join(folder, 'rec.onnx'), 'no model');
    await copyFile(files.dictionary, path.join(folder, 'keys.txt'));
    await assert.rejects(
      broken(),
      (error: unknown) => error instanceof ModelsBroken && /rec\.onnx is no model/.test(error.message),
    );
    await copyFile(files.recogniser, path.join(folder, 'rec.onnx'));
    await writeFile(path.join(folder, 'keys.txt'), 'a\nb\n');
    await assert.rejects(broken(), /tells 6623 characters apart, and .*keys\.txt has 2/);
    await writeFile(path.join(folder, 'other-det.onnx'), '');
    await assert.rejects(broken(), /must hold one detector .*det\.onnx, other-det\.onnx/);
  });
});

describe('closing', () => {
  test('settles all that is read or waits, and leaves no process', async () => {
    const { ready, read, close, processes } = made();
    await ready();
    const slow = await picture('chinese-notice.jpg');
    const all = [slow, slow].map((one) => assert.rejects(read(one), failsWith('PROVIDER_UNAVAILABLE')));
    await close();
    await Promise.all(all);
    assert.deepEqual(processes.map(isAlive), [false]);
    await assert.rejects(read(), failsWith('PROVIDER_UNAVAILABLE'));
  });
});
