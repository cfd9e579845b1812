/** What is saved of recognised text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanText } from '../../text/clean.ts';

const SEED = 20261123;

test('the spaces that recognition puts between Han characters are gone, those between words stay', () => {
  assert.equal(cleanText('北 京 大 学 的 iPhone 15 手 机'), '北京大学的 iPhone 15 手机');
  assert.equal(cleanText('发 票 ， 金 额 ： 100 元 。 （ 大 写 ）'), '发票，金额： 100 元。（大写）');
  assert.equal(cleanText('𠀀 𠀁'), '𠀀𠀁');
});

test('lines stay, their ends are trimmed, and what no one sees is dropped', () => {
  assert.equal(cleanText('a  \r\n\u0000b\u200B\t c \n\n d\u000C\n\n'), 'a\nb  c\n\n d');
});

test('forms of width become the usual ones, save for the punctuation that Chinese is written with', () => {
  assert.equal(cleanText('ＡＢＣ１２３，㎡！'), 'ABC123，m2！');
});

test(`cleaning again changes nothing (seed ${SEED})`, () => {
  const characters = fc.constantFrom(...'北京Aａ１ \t\n\r，。（）、.𠀀é½\u00A0\u3000\u0301\u00A8\uFF9E\u200D\uFEFF\u0007ﾀ\uD800');
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: characters }), fc.string({ unit: 'binary' })), (text) => {
      const once = cleanText(text);
      assert.equal(cleanText(once), once);
      assert.ok(!/ $/m.test(once) && !/\p{Script=Han} \p{Script=Han}/u.test(once));
    }),
    { seed: SEED, numRuns: 3_000 },
  );
});

test('what is taken for clean at a glance is what cleaning leaves alone', () => {
  const glanced = /^[!-~\u4E00-\u9FFF\u3001\u3002\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65]$/;
  for (let code = 0; code < 0xffff; code += 1) {
    const one = String.fromCharCode(code);
    if (!glanced.test(one)) continue;
    assert.equal(cleanText(`${one}中${one}a\u00AD`), `${one}中${one}a`); // a soft hyphen is no clean character
    assert.equal(cleanText(`${one}中${one}a`), `${one}中${one}a`);
  }
});
