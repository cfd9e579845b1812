/** A text of the file's own that lies: it is noticed, by the engine itself, and honest ones are left alone; and a person has the last word. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { tesseractPool } from '../../../providers/tesseract/pool.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import { makesSense } from '../../../services/steps/language-sense.ts';
import { desk } from '../../worlds/inspected.ts';
import { AS_HAN, drawn, GREEK, SHUFFLED, scanned, shifted } from '../../worlds/lying-pdfs.ts';
import { line, pdf } from '../../worlds/pdf-file.ts';

const language_dir = await mkdtemp(join(tmpdir(), 'tuodi-own-text-'));
const pool = tesseractPool({
  workers: 1,
  page_time_limit_ms: 60_000,
  pages_per_worker: 1_000,
  language_dir,
  clock: systemClock(),
});
after(async () => {
  await pool.close();
  await rm(language_dir, { recursive: true, force: true });
});

async function read(bytes: Buffer, own_text: 'use' | 'ignore' | null = null) {
  const { inspected, recognised, pictures } = desk({ read: pool.recognise });
  assert.equal((await inspected(bytes)).verdict, 'legal');
  const { pages, remarks, engine } = await recognised(own_text);
  return { text: pages.map(({ text }) => text).join('\n'), codes: remarks.map(({ code }) => code), engine, pictures };
}

const REPORT = [
  'Quarterly maintenance report for the harbour crane',
  'number seven. The gearbox was opened, cleaned and',
  'filled with fresh lubricant by the inspector.',
];
const layer = (texts: string[]) => texts.map((text, i) => ({ text, x: 0.08, y: 0.1 + i * 0.06, h: 0.025 }));

describe('a text that says something else than the page shows gives way to what is read', () => {
  const LIES: [string, () => Buffer | Promise<Buffer>, RegExp][] = [
    ['letters in no order', () => drawn(REPORT, SHUFFLED), /gearbox/],
    ['letters shifted by three', () => drawn(REPORT, shifted(3)), /gearbox/],
    ['letters shifted by one', () => drawn(['Replacements ordered from the warehouse', 'Lubricant'], shifted(1)), /warehouse/],
    ['letters as Greek', () => drawn(REPORT, GREEK), /gearbox/],
    ['letters as Chinese', () => drawn(REPORT, AS_HAN), /gearbox/],
    [
      'a heading in good order over lines that are not',
      () => drawn(REPORT, SHUFFLED, ['This is the report of the harbour to the council']),
      /gearbox/,
    ],
    [
      'a layer of another language over a scan',
      () =>
        scanned(
          'english-report.jpg',
          layer(['Die Werkstatt ist am Montag und am Dienstag geschlossen', 'Bitte nicht auf dem Hof parken und das Tor nicht']),
        ),
      /Pelican/,
    ],
    [
      'Chinese taken for Latin',
      () => scanned('chinese-notice.jpg', layer(['å°Šæ•¬çš„å„ä½ä½æˆ·ï¼š', 'å› å°åŒºåŒ—ä¾§ä¾›æ°´ç®¡é'])),
      /停水通知/,
    ],
  ];
  for (const [name, made, word] of LIES)
    test(name, async () => {
      const { text, codes, engine } = await read(await made());
      assert.match(text, word);
      assert.deepEqual(codes, ['text_layer_doubtful']);
      assert.equal(engine, 'engine');
    });
});

describe('an honest text stays as it is', () => {
  const HONEST: [string, () => Buffer | Promise<Buffer>, RegExp][] = [
    ['plain English', () => drawn(REPORT, null), /gearbox/],
    [
      'names, codes and numbers',
      () => drawn(['Ingrid Solberg GX-70914 Delta 38', '2026-04-09 16:42 No. 80315 EUR 1,284.50'], null),
      /80315/,
    ],
    ['German', () => drawn(['Die Kranführer prüften Öl und Lager vor Betriebsbeginn'], null), /Kranführer/],
    ['Chinese', () => pdf([{ content: line(72, 700, 20, '会议纪要') + line(72, 660, 20, '采购合同编号甲乙') }]), /采购合同/],
    ['Chinese that is carried as radicals', () => readFile('test/services/steps/radicals.pdf'), /期合同/],
    [
      'what recognition has put over a scan',
      () =>
        scanned('english-letter.png', [
          { text: 'Harbour Street Bicycle Workshop', x: 0.08, y: 0.05, h: 0.03 },
          { text: 'Thank you for lending us the copper kettle and both', x: 0.08, y: 0.2, h: 0.03 },
          { text: 'wooden benches for the spring repair evening. More than', x: 0.08, y: 0.25, h: 0.03 },
        ]),
      /Harbour/,
    ],
  ];
  for (const [name, made, word] of HONEST)
    test(name, async () => {
      const { text, codes, engine } = await read(await made());
      assert.match(text, word);
      assert.deepEqual(codes, []);
      assert.match(engine, /text of the file/);
    });
});

test('plain text is believed without a look at what is drawn', async () => {
  assert.equal((await read(drawn(REPORT, null))).pictures.length, 0);
});

test('a person has the last word: the text of the file is used though it lies, or ignored though it is right', async () => {
  const lie = drawn(REPORT, SHUFFLED);
  const used = await read(lie, 'use');
  assert.doesNotMatch(used.text, /gearbox/);
  assert.deepEqual([used.engine, used.pictures.length, used.codes], ['text of the file', 0, []]);
  const ignored = await read(drawn(REPORT, null), 'ignore');
  assert.match(ignored.text, /gearbox/);
  assert.deepEqual([ignored.engine, ignored.pictures.length], ['engine', 1]);
});

test('language is told from letters in no order', () => {
  const shuffled = (text: string) => [...text].map((char) => SHUFFLED.get(char) ?? char).join('');
  const TEXTS = [
    'The gearbox was opened, cleaned and filled with fresh lubricant by the inspector.',
    'Die Werkstatt ist am Montag und am Dienstag wegen einer Reparatur nicht geöffnet.',
    'Le rapport de la commission est dans les archives du port.',
    'El informe de la grúa se firmó por el inspector en el puerto.',
  ];
  for (const text of TEXTS) assert.deepEqual([makesSense(text), makesSense(shuffled(text))], [true, false], text);
  assert.ok(makesSense('因小区北侧供水管道更换水表，三月十八日上午九时至下午四时暂停供水。'));
  assert.ok(!makesSense('堭橅樂歜毊濄狺瓔疭皚礨籫絛縧聹膞蒢'));
});
