/** A text in passages that a model of embeddings reads as a whole: cut at the end of a line or a sentence where there is one. */

/** A passage is about so many tokens: more would say of a page only what most of it is about, and cost more than they say. */
export const PASSAGE_TOKENS = 256;
/** What is behind them is in no vector: 16 passages are 16 to 20 thousand letters, or 4 thousand Han. */
export const MAX_PASSAGES = 16;
/** Tokens a character, as tokenizers of both languages have them on average; a digit or a sign is mostly one of its own. */
const TOKENS = { han: 1, letter: 0.28, space: 0, other: 0.7 };
/** Share of a passage behind which a cut is looked for. */
const FROM = 0.6;

/** At least one; none is empty, unless the text is. tokens: of a passage, as estimated. */
export function passagesOf(text: string, tokens: number = PASSAGE_TOKENS): string[] {
  const passages: string[] = [];
  let from = 0;
  while (from < text.length && passages.length < MAX_PASSAGES) {
    const to = endOf(text, from, tokens);
    const passage = text.slice(from, to).trim();
    if (passage !== '') passages.push(passage);
    from = to;
  }
  return passages.length === 0 ? [text] : passages;
}

const HAN = /\p{Script=Han}/u;
const LETTER = /[\p{L}\p{M}]/u;
const SPACE = /\s/u;
const costOf = (character: string): number => {
  if (SPACE.test(character)) return TOKENS.space;
  if (HAN.test(character)) return TOKENS.han;
  return LETTER.test(character) ? TOKENS.letter : TOKENS.other;
};

/** Ends of a line, of a sentence, of a part of one, and of a word: the better before the worse. */
const ENDS = [/\n/, /[。！？.!?](?=\s|$|\p{Script=Han})|[。！？]/u, /[，；,;：:、]/, /\s/];

/** Between characters, never within one. */
function endOf(text: string, from: number, tokens: number): number {
  let [used, to, least] = [0, from, from];
  while (to < text.length) {
    const character = String.fromCodePoint(text.codePointAt(to) ?? 0);
    used += costOf(character);
    if (used > tokens && to > from) return cutAt(text, least, to);
    to += character.length;
    if (used < tokens * FROM) least = to;
  }
  return to;
}

/** Behind the last end of the best kind between the two places, else at the second. */
function cutAt(text: string, least: number, most: number): number {
  const part = text.slice(least, most);
  for (const end of ENDS) {
    const all = [...part.matchAll(new RegExp(end.source, `${end.flags.replace('g', '')}g`))];
    const last = all.at(-1);
    if (last) return least + last.index + last[0].length;
  }
  return most;
}
