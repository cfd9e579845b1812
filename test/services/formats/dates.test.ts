/** The date that a file gives for its picture: where programs put it, how they write it, and what is no date. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { dateOfFile } from '../../../services/formats/dates.ts';
import { desk } from '../../worlds/inspected.ts';
import { lockedPdf } from '../../worlds/locked-pdf.ts';
import { pdf, pdfOf } from '../../worlds/pdf-file.ts';
import * as tagged from '../../worlds/tagged-files.ts';

const { ORIGINAL, DIGITIZED, CHANGED, OFFSET, OFFSET_ORIGINAL } = tagged;
const AT = '2019:07:04 15:30:00';
const DAY = '2019-07-04';
const exif = (...more: tagged.Tag[]) => ({ exif: [[ORIGINAL, AT] as tagged.Tag, ...more] });
const text = (keyword: string, value: string) => Buffer.from(`${keyword}\0${value}`, 'latin1');
const XMP = 'XML:com.adobe.xmp';
const XMP_OBJECT = (fields: string) =>
  Buffer.concat([
    Buffer.from(`<</Type/Metadata/Subtype/XML/Length ${tagged.xmp(fields).length}>>stream\n`),
    tagged.xmp(fields),
    Buffer.from('\nendstream'),
  ]);
const EMPTY_PAGE = ['<</Type/Pages/Kids[3 0 R]/Count 1>>', '<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>'];
const created = (written: string) =>
  pdfOf(['<</Type/Catalog/Pages 2 0 R>>', ...EMPTY_PAGE, `<</CreationDate(${written})>>`], '/Info 4 0 R');
/** With metadata of the document. */
const pdfWithXmp = (fields: string) => pdfOf(['<</Type/Catalog/Pages 2 0 R/Metadata 4 0 R>>', ...EMPTY_PAGE, XMP_OBJECT(fields)]);

type File = { make: () => Promise<Buffer> | Buffer; is: string | null };
const FILES: Record<string, File> = {
  'a JPEG of a camera, without an offset': { make: () => tagged.taggedJpeg(tagged.exifSegment(exif())), is: DAY },
  'a JPEG of a camera that writes the high byte first': {
    make: () => tagged.taggedJpeg(tagged.exifSegment({ ...exif(), big: true })),
    is: DAY,
  },
  'a JPEG of a phone, with its offset': {
    make: () => tagged.taggedJpeg(tagged.exifSegment(exif([OFFSET_ORIGINAL, '+08:00']))),
    is: '2019-07-04T15:30:00+08:00',
  },
  'a JPEG with the offset of when it was changed': {
    make: () => tagged.taggedJpeg(tagged.exifSegment(exif([OFFSET, '+08:00']))),
    is: DAY,
  },
  'a JPEG with a blank offset': { make: () => tagged.taggedJpeg(tagged.exifSegment(exif([OFFSET_ORIGINAL, '   :  ']))), is: DAY },
  'a JPEG with XMP before its EXIF': {
    make: () => tagged.taggedJpeg(tagged.xmpSegment('xmp:CreateDate="2020-01-02T03:04:05Z"'), tagged.exifSegment(exif())),
    is: DAY,
  },
  'a JPEG with two EXIF, the first without a date': {
    make: () => tagged.taggedJpeg(tagged.exifSegment({ first: [[0x10f, 'Maker']] }), tagged.exifSegment(exif())),
    is: DAY,
  },
  'a JPEG with nonsense in EXIF and a date in XMP': {
    make: () =>
      tagged.taggedJpeg(
        tagged.exifSegment({ exif: [[ORIGINAL, '0000:00:00 00:00:00']] }),
        tagged.xmpSegment('<exif:DateTimeOriginal>2019-07-04T15:30:00+02:00</exif:DateTimeOriginal>'),
      ),
    is: '2019-07-04T15:30:00+02:00',
  },
  'a JPEG of a scanner, which digitized it': {
    make: () => tagged.taggedJpeg(tagged.exifSegment({ exif: [[DIGITIZED, AT]] })),
    is: DAY,
  },
  'a JPEG of an agency': {
    make: () => tagged.taggedJpeg(tagged.iptcSegment('20190704', '153000+0200')),
    is: '2019-07-04T15:30:00+02:00',
  },
  'a JPEG with nothing but the time of its last change': {
    make: () => tagged.taggedJpeg(tagged.exifSegment({ first: [[CHANGED, AT]] })),
    is: null,
  },
  'a JPEG with nothing': { make: () => tagged.taggedJpeg(), is: null },
  'a JPEG whose date is zeros': {
    make: () => tagged.taggedJpeg(tagged.exifSegment({ exif: [[ORIGINAL, '0000:00:00 00:00:00']] })),
    is: null,
  },
  'a JPEG whose date is in the future': {
    make: () => tagged.taggedJpeg(tagged.exifSegment({ exif: [[ORIGINAL, '2099:01:01 00:00:00']] })),
    is: null,
  },
  'a PNG with EXIF': { make: () => tagged.taggedPng({ early: [tagged.chunk('eXIf', tagged.exifBlock(exif()))] }), is: DAY },
  'a PNG with EXIF behind its pixels': {
    make: () => tagged.taggedPng({ late: [tagged.chunk('eXIf', tagged.exifBlock(exif()))] }),
    is: DAY,
  },
  'a PNG with a creation time as its standard has it': {
    make: () => tagged.taggedPng({ early: [tagged.chunk('tEXt', text('Creation Time', 'Thu, 04 Jul 2019 15:30:00 GMT'))] }),
    is: '2019-07-04T15:30:00Z',
  },
  'a PNG of a screenshot, with XMP': {
    make: () =>
      tagged.taggedPng({
        early: [
          tagged.chunk('iTXt', Buffer.concat([text(XMP, '\0\0\0\0'), tagged.xmp('photoshop:DateCreated="2019-07-04T15:30:00"')])),
        ],
      }),
    is: DAY,
  },
  'a PNG with packed XMP': {
    make: () =>
      tagged.taggedPng({
        late: [
          tagged.chunk(
            'iTXt',
            Buffer.concat([text(XMP, '\x01\0\0\0'), deflateSync(tagged.xmp('xmp:CreateDate="2019-07-04T15:30Z"'))]),
          ),
        ],
      }),
    is: '2019-07-04T15:30:00Z',
  },
  'a PNG with the time of its last change': {
    make: () => tagged.taggedPng({ late: [tagged.chunk('tIME', Buffer.from([0x07, 0xe3, 7, 4, 15, 30, 0]))] }),
    is: null,
  },
  'a WebP': {
    make: () =>
      tagged
        .small()
        .webp()
        .withExif({ IFD2: { DateTimeOriginal: AT, OffsetTimeOriginal: '-05:00' } })
        .toBuffer(),
    is: '2019-07-04T15:30:00-05:00',
  },
  'an AVIF': {
    make: () =>
      tagged
        .small()
        .avif()
        .withExif({ IFD2: { DateTimeOriginal: AT } })
        .toBuffer(),
    is: DAY,
  },
  'a HEIC of a phone': {
    make: () => tagged.taggedHeic(exif([OFFSET_ORIGINAL, '+02:00'])),
    is: '2019-07-04T15:30:00+02:00',
  },
  'a TIFF': { make: () => tagged.taggedTiff(exif()), is: DAY },
  'a TIFF that writes the high byte first': { make: () => tagged.taggedTiff({ ...exif(), big: true }), is: DAY },
  'a TIFF with its date among its own tags': { make: () => tagged.taggedTiff({ first: [[ORIGINAL, AT]] }), is: DAY },
  'a TIFF with the time of its last change': { make: () => tagged.taggedTiff({ first: [[CHANGED, AT]] }), is: null },
  'a PDF with its offset': { make: () => created("D:20190704153000+08'00'"), is: '2019-07-04T15:30:00+08:00' },
  'a PDF without one': { make: () => created('D:20190704153000'), is: DAY },
  'a PDF with the year alone': { make: () => created('D:2024'), is: '2024-01-01' },
  'a PDF with XMP alone': { make: () => pdfWithXmp('xmp:CreateDate="2019-07-04T15:30:00Z"'), is: '2019-07-04T15:30:00Z' },
  'a PDF that is encrypted and opens without a password': {
    make: () => lockedPdf("D:20190704153000+08'00'"),
    is: '2019-07-04T15:30:00+08:00',
  },
  'a PDF without a date': { make: () => pdf([{ content: '' }]), is: null },
};

describe('the date in a file', () => {
  for (const [name, { make, is }] of Object.entries(FILES))
    test(`${name}: ${is}`, async () => {
      const verdict = await desk().inspected(await make());
      assert.ok(verdict.verdict === 'legal', JSON.stringify(verdict));
      assert.equal(verdict.taken_at, is);
    });

  test('a year alone is a guess, and says so', async () => {
    const remarks = async (bytes: Buffer) => ((await desk().inspected(bytes)) as { remarks?: { code: string }[] }).remarks;
    assert.deepEqual(
      (await remarks(created('D:2024')))?.map(({ code }) => code),
      ['dates_guessed'],
    );
    assert.deepEqual(await remarks(created('D:20240704')), []);
  });
});

const NOW = Date.parse('2026-11-28T12:00:00Z');
const WRITTEN: Record<string, string | null> = {
  '2019:07:04 15:30:00': DAY,
  '2019-07-04 15:30:00': DAY,
  '2019/07/04 15:30': DAY,
  '2019: 7: 4 15:30: 0': DAY,
  '2019:07:04': DAY,
  '2019:07:04 下午3:30:00': DAY,
  '2019:07:04 25:61:00': DAY,
  '2019:07:04 24:00:00': DAY,
  '2019:07:04 15:30:00+08:00': '2019-07-04T15:30:00+08:00',
  '2019:07:04 15:30:00+0800': '2019-07-04T15:30:00+08:00',
  '2019:07:04 15:30:00.123-07:00': '2019-07-04T15:30:00-07:00',
  '2019-07-04T15:30Z': '2019-07-04T15:30:00Z',
  '2019:07:04 15:30:00+25:00': DAY,
  '20190704153000': DAY,
  'D:20190704': DAY,
  'D:201907': '2019-07-01',
  'D:2019': '2019-01-01',
  'D:20190704153000Z': '2019-07-04T15:30:00Z',
  "D:20190704153000Z00'00'": '2019-07-04T15:30:00Z',
  "D:20190704153000-00'00'": '2019-07-04T15:30:00Z',
  "D:20190704153000+05'30": '2019-07-04T15:30:00+05:30',
  "D:20190704153000+05'": '2019-07-04T15:30:00+05:00',
  'D:201907041530-0700': '2019-07-04T15:30:00-07:00',
  'Thu, 04 Jul 2019 15:30:00 GMT': '2019-07-04T15:30:00Z',
  'Thu, 4 Jul 2019 15:30:00 +0200': '2019-07-04T15:30:00+02:00',
  'Thu Jul  4 15:30:00 2019': DAY,
  'Thu 04 Jul 2019 03:30:00 PM CEST': DAY,
  '2024:02:29 10:00:00': '2024-02-29',
  '2023:02:29 10:00:00': null,
  '2026:11:29 01:00:00': '2026-11-29', // it is that day in the east
  '2026:11:30 01:00:00': null,
  '2026-11-28T12:05:00Z': '2026-11-28T12:05:00Z',
  '2026-11-28T13:00:00Z': null,
  '9999:12:31 23:59:59': null,
  '0000:00:00 00:00:00': null,
  '0001:01:01 00:00:00': null,
  '    :  :     :  :  ': null,
  '2019:00:00 00:00:00': null,
  '2019:13:45 00:00:00': null,
  '1970:01:01 00:00:00': null,
  '1970:01:01 08:00:00': null,
  'D:19700101000000Z': null,
  '1904:01:01 00:00:00': null,
  '1980:01:01 00:00:00': null,
  '1980:01:02 10:00:00': '1980-01-02',
  'D:191000704153000': null, // 2000, as a program wrote it that counts years from 1900
  '1799:01:01 00:00:00': null,
  '04/07/2019 15:30': null, // of two countries, two days
  unknown: null,
  '': null,
};

describe('a date as it is written', () => {
  for (const [written, is] of Object.entries(WRITTEN))
    test(`${JSON.stringify(written)} is ${is}`, () => assert.equal(dateOfFile([written], NOW)?.taken_at ?? null, is));

  test('a whole day goes before a year alone, and the first before the others', () => {
    assert.deepEqual(dateOfFile(['D:2019', '2018-05-06', '2017-01-01'], NOW), { taken_at: '2018-05-06', is_partial: false });
    assert.deepEqual(dateOfFile(['2019'], NOW), { taken_at: '2019-01-01', is_partial: true });
  });
});
