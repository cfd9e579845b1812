/** The words of the file, in memory, in order: those that are nearly another are looked for among them. */
import { CODE_SIGN } from '../../text/codes.ts';
import { flat } from '../../text/flat.ts';
import { Measure } from '../../text/measure.ts';
import { roomOfWord } from '../../text/nearly.ts';
import type { Sqlite } from '../sqlite/database.ts';

/** Characters of a word, or of a code with its sign: shorter ones are never near, longer ones are noise. */
export const WORD_CHARS = { min: 4, max: 34 };
/** Words that one is looked for by: the nearest. */
const NEAR_WORDS = 24;
/** Words of late, so that the file is not asked for each again. */
const KNOWN = 20_000;
/** New words that are looked through one by one, before they are put in order with the others. */
const FRESH = 2_000;
/** Answers of late: both lower tiers of a search ask for the same. */
const ANSWERS = 200;

type Near = { word: string; cost: number };

export class Vocabulary {
  #sorted: string[] = [];
  #letters = new Int32Array(0);
  #fresh: string[] = [];
  readonly #answers = new Map<string, string[]>();
  readonly #known = new Set<string>();
  /** Batches of entries that were written. */
  writes = 0;

  add(word: string): void {
    this.#fresh.push(word);
    this.#answers.clear();
  }
  knows(word: string): boolean {
    return this.#known.has(word);
  }
  remember(words: readonly string[]): void {
    if (this.#known.size > KNOWN) this.#known.clear();
    for (const word of words) this.#known.add(word);
  }
  /** What was remembered may not have been written. */
  forget(): void {
    this.#known.clear();
  }

  /** The nearest first. within: those that have it in themselves too. */
  like(word: string, within: boolean): string[] {
    const key = `${within} ${word}`;
    const known = this.#answers.get(key);
    if (known) return known;
    if (this.#fresh.length > FRESH) this.order();
    const measure = new Measure(word, roomOfWord(word.startsWith('.') ? word.length - 2 : word.length));
    const near = measure.among(this.#sorted);
    for (const other of this.#fresh) near.push({ word: other, cost: measure.of(other) });
    const holding = within ? [...this.#holding(word), ...this.#fresh.filter((other) => other.includes(word))] : [];
    const found = nearest([...holding.map((other) => ({ word: other, cost: 0 })), ...near]);
    if (this.#answers.size >= ANSWERS) this.#answers.clear();
    this.#answers.set(key, found);
    return found;
  }

  /** Those in order that have it in themselves. */
  #holding(word: string): string[] {
    const letters = lettersOf(word);
    const found: string[] = [];
    for (const [at, others] of this.#letters.entries())
      if ((letters & ~others) === 0 && this.#sorted[at]?.includes(word)) found.push(this.#sorted[at] ?? '');
    return found;
  }

  /** All that was added stands in order with the others. Done by itself where many were. */
  order(): void {
    this.#sorted = [...this.#sorted, ...this.#fresh].sort(byWord);
    this.#letters = Int32Array.from(this.#sorted, lettersOf);
    this.#fresh = [];
  }
}

/** As `<` has it: without, a sort compares texts of everything. */
const byWord = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function nearest(found: Near[]): string[] {
  const costs = new Map<string, number>();
  for (const { word, cost } of found)
    if (cost !== Number.POSITIVE_INFINITY) costs.set(word, Math.min(cost, costs.get(word) ?? cost));
  return [...costs]
    .sort(([a, one], [b, other]) => one - other || byWord(a, b))
    .slice(0, NEAR_WORDS)
    .map(([word]) => word);
}

/** A bit a letter; digits and other writing share six. */
function lettersOf(word: string): number {
  let letters = 0;
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at);
    letters |= 1 << (code >= A && code < A + LETTERS ? code - A : LETTERS + (code % OTHERS));
  }
  return letters;
}
const A = 97;
const LETTERS = 26;
const OTHERS = 6;
const LETTERED = /^(?:\.c|[^.\d])/;
/** The words of an entry's tokens that are looked up. */
export function lookedUp(tokens: { plain: string; grams: string }[]): Set<string> {
  const words = new Set<string>();
  for (const { plain, grams } of tokens)
    for (const line of [plain, grams])
      for (const word of line.split(' '))
        if (
          word.length >= WORD_CHARS.min &&
          word.length <= WORD_CHARS.max &&
          LETTERED.test(word) &&
          (line === plain || word.startsWith(CODE_SIGN))
        )
          words.add(flat(word));
  return words;
}

/** Answers of `knownIn`, until entries are written. */
const ASKED = 20_000;
/** Tells whether any entry may have a word; one too short for the vocabulary is asked of the full text. */
export function knownIn(db: Sqlite, vocabulary: Vocabulary): (word: string) => boolean {
  const find = db.prepare('SELECT 1 FROM vocabulary WHERE word = ?');
  const seen = db.prepare('SELECT 1 FROM words WHERE words MATCH ? LIMIT 1');
  const is_kept = (word: string) => word.length >= WORD_CHARS.min && word.length <= WORD_CHARS.max && LETTERED.test(word);
  const asked = new Map<string, boolean>();
  let writes = vocabulary.writes;
  return (word) => {
    if (is_kept(word)) return find.get(word) !== undefined;
    if (asked.size >= ASKED || writes !== vocabulary.writes) asked.clear();
    writes = vocabulary.writes;
    const known = asked.get(word) ?? seen.get(`"${word.replaceAll('"', '')}"`) !== undefined;
    asked.set(word, known);
    return known;
  };
}

export function loadVocabulary(db: Sqlite, vocabulary: Vocabulary): void {
  for (const { word } of db.prepare('SELECT word FROM vocabulary').iterate()) vocabulary.add(String(word));
  vocabulary.order(); // by the first search it would be waited for
}
