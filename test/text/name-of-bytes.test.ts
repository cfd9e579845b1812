/** Names of files whose bytes are not UTF-8 are shown as whoever wrote them read them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nameOfBytes, withoutSecondEncoding } from '../../text/name-of-bytes.ts';
import { encoded } from '../worlds/encoded.ts';

const NAMES: Record<string, string[]> = {
  gb18030: [
    ...['发票.jpg', '照片', '扫描件 2024-03 合同（副本）.pdf', '身份证.png', '朱镕基.jpg', '图1.jpg', '学校.png', '水.jpg'],
    ...['洛阳龙门石窟.jpg', 'a发票b.jpg', '碧螺春.jpg', '踟蹰.jpg', '鹬蚌.jpg', '联通.txt', '通.jpg'],
  ],
  big5: ['發票.jpg', '身分證影本.jpg', '照片', '收據.png', '功許蓋.jpg', '臺北101.jpg', '掃描文件.pdf', '會議記錄.png', '圖.jpg'],
  shift_jis: ['写真.jpg', '領収書.jpg', 'スキャン.pdf', '表示ソフト.jpg', '旅行の写真.jpg', '請求書2024.pdf', '見積書.jpg'],
  'iso-8859-1': [
    ...['Müller.jpg', 'Größe.jpg', 'café.jpg', 'Übersicht.jpg', 'ÜBERSICHT.jpg', 'Straße.jpg', 'año nuevo.jpg', 'à.jpg'],
    ...['Façade à Évry.jpg', '25°C.jpg', 'créée.jpg', 'fööbar.png', 'Århus Østergård.jpg', 'João.jpg', 'coração.jpg'],
  ],
  'windows-1251': ['Привет.jpg', 'Счёт за март.pdf', 'Фото.jpg'],
  'euc-kr': ['사진.jpg', '영수증.jpg', '계약서 스캔.pdf'],
};

for (const [label, names] of Object.entries(NAMES))
  describe(`bytes of ${label}`, () => {
    for (const name of names)
      test(name, () => {
        assert.equal(nameOfBytes(encoded(label, name)), name);
        assert.equal(nameOfBytes(Buffer.from(name)), name, 'and of UTF-8');
      });
  });

test('characters of four bytes, which only GB18030 has', () => {
  const bytes = Buffer.from([0x81, 0x39, 0xee, 0x39, 0x95, 0x32, 0x82, 0x36, ...Buffer.from('1.jpg')]);
  assert.equal(nameOfBytes(bytes), '㐀𠀀1.jpg');
});

test('punctuation that only Windows-1252 has', () => {
  assert.equal(nameOfBytes(Buffer.from('L\x92\xe9t\xe9 \x96 na\xefve \x9cuvre.jpg', 'latin1')), 'L’été – naïve œuvre.jpg');
});

test('UTF-8 that was read as Latin-1 or Windows-1252 and written again becomes what it was; other names stay', () => {
  for (const name of ['发票.jpg', 'Müller.jpg', '日本.png', 'été.jpg']) {
    assert.equal(withoutSecondEncoding(Buffer.from(name).toString('latin1')), name);
    assert.equal(withoutSecondEncoding(name), name);
  }
  assert.equal(withoutSecondEncoding('å‘票'), 'å‘票');
  assert.equal(withoutSecondEncoding('å\u008f‘ç¥¨.jpg'), '发票.jpg');
});

test('any bytes give a name, at once', () => {
  for (let seed = 1; seed < 400; seed++) {
    const bytes = Uint8Array.from({ length: seed % 40 }, (_, at) => (seed * 7919 + at * 104_729) % 256);
    assert.equal(typeof nameOfBytes(bytes), 'string');
  }
  assert.equal(typeof nameOfBytes(new Uint8Array(1_000_000).fill(0xb7)), 'string');
});
