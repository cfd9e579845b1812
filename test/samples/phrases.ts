/** Phrases to look for: 2 to 6 Han characters in a row, or 1 to 3 words, as they stand in a true line. */
import { fold } from '../../text/fold.ts';

const HAN = /\p{Script=Han}+/gu;
const WORDS = /[A-Za-z][A-Za-z'-]*(?: [A-Za-z][A-Za-z'-]*)*/g;
/** A single short word is no phrase that only one text has. */
const LEAST_LETTERS = 4;

/** Different ones, none of which another text has too. Fewer than `most` if there are no more. */
export function drawPhrases(lines: string[], elsewhere: string[], random: () => number, max: number): string[] {
  const others = elsewhere.map((text) => fold(text).text); // traditional and simplified are one for a search
  const drawn = new Set<string>();
  const runs = lines.flatMap((line) => [...line.matchAll(HAN), ...line.matchAll(WORDS)].map(([run]) => run));
  for (let tries = 0; drawn.size < max && tries < max * 20 && runs.length > 0; tries++) {
    const phrase = part(runs[Math.floor(random() * runs.length)] ?? '', random);
    if (phrase && !others.some((text) => text.includes(fold(phrase).text))) drawn.add(phrase);
  }
  return [...drawn];
}

function part(run: string, random: () => number): string | null {
  const between = (least: number, top: number) => least + Math.floor(random() * (top - least + 1));
  if (/\p{Script=Han}/u.test(run)) {
    const characters = [...run];
    if (characters.length < 2) return null;
    const length = between(2, Math.min(6, characters.length));
    const start = between(0, characters.length - length);
    return characters.slice(start, start + length).join('');
  }
  const words = run.split(' ');
  const length = between(1, Math.min(3, words.length));
  const start = between(0, words.length - length);
  const phrase = words.slice(start, start + length).join(' ');
  return phrase.length >= LEAST_LETTERS ? phrase : null;
}
