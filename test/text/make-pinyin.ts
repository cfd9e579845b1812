/**
 * Makes text/pinyin-table.ts: `node dist/test/text/make-pinyin.js`, in the root of the repository. The readings are those of pinyin-pro; of
 * a character with several, the first, and those that it has in a word of OpenCC's table or of pinyin-pro's, in a surname, or in MORE.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import WORDS from 'opencc-js/dict/STPhrases';
import { pinyin } from 'pinyin-pro';
import { Pattern2 } from 'pinyin-pro/dist/esm/data/dict2.mjs';
import { Pattern3 } from 'pinyin-pro/dist/esm/data/dict3.mjs';
import { PatternSurname } from 'pinyin-pro/dist/esm/data/surname.mjs';
import { simplified } from '../../text/fold.ts';

/** Rows of GB 2312: what is written in simplified Chinese, but for rare names. */
const [FIRST_ROW, LAST_ROW, FIRST_CELL, LAST_CELL] = [0xb0, 0xf7, 0xa1, 0xfe];
const HAN = /^\p{Script=Han}$/u;
/** Readings that none of these words has, in names of places and in speech: 东莞, 血, 十里堡, 大埔. */
const MORE = ['莞 guan', '血 xie', '堡 pu', '埔 bu', '熟 shou', '翟 di', '秘 bi'];
/** Sounds without a vowel are no syllable that anybody types. */
const SYLLABLE = /[aeiouv]/;

export function characters(): string[] {
  const decoder = new TextDecoder('gbk');
  const found = new Set<string>();
  for (let row = FIRST_ROW; row <= LAST_ROW; row += 1)
    for (let cell = FIRST_CELL; cell <= LAST_CELL; cell += 1) {
      const one = decoder.decode(Uint8Array.of(row, cell));
      if (HAN.test(one)) found.add(simplified(one));
    }
  return [...found];
}

/** Without tones, ü as v. */
const readings = (one: string): string[] => [
  ...new Set(pinyin(one, { multiple: true, type: 'array', toneType: 'none', v: true })),
];
export const inContext = (word: string): string[] => pinyin(word, { type: 'array', toneType: 'none', v: true });
const withoutTones = (written: string): string =>
  written
    .normalize('NFD')
    .replace(/[\u0300\u0301\u0304\u030C]/g, '')
    .normalize('NFC')
    .replaceAll('ü', 'v');

/** Syllables, each with its characters in the order of GB 2312. */
export function table(): Map<string, string> {
  const seen = new Set(MORE);
  const see = (word: string, sounds: readonly string[]) => {
    for (const [at, one] of [...word].entries()) seen.add(`${one} ${sounds[at] ?? ''}`);
  };
  for (const line of WORDS.split('|')) see(line.split(' ')[0] ?? '', inContext(line.split(' ')[0] ?? ''));
  for (const { zh, pinyin: sounds } of [...Pattern2, ...Pattern3, ...PatternSurname]) see(zh, withoutTones(sounds).split(' '));
  const found = new Map<string, string>();
  for (const one of characters())
    for (const [at, sound] of readings(one).entries())
      if (SYLLABLE.test(sound) && (at === 0 || seen.has(`${one} ${sound}`))) found.set(sound, (found.get(sound) ?? '') + one);
  return found;
}

export function moduleOf(syllables: ReadonlyMap<string, string>): string {
  const lines = new Map<string, string[]>();
  for (const [sound, chars] of [...syllables].sort(([a], [b]) => (a < b ? -1 : 1)))
    lines.set(sound.charAt(0), [...(lines.get(sound.charAt(0)) ?? []), sound + chars]);
  return `/** Made by test/text/make-pinyin.ts, not by hand: each syllable without its tone (ü as v), and the characters that are read so. */
export const SYLLABLES = \`
${[...lines.values()].map((line) => line.join(' ')).join('\n')}
\`;
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(path.join('text', 'pinyin-table.ts'), moduleOf(table()));
}
