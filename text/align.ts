/**
 * Where words stand in a text: in the one that they make up, and in one that a person has corrected. Offsets are in UTF-16 units, as those
 * of JavaScript's strings and of the DOM.
 */

/** Edits that are looked at in one text; beyond it, words between the first and the last change have no place. */
const MAX_EDITS = 500;
/** A Han character, a run of other letters and digits, or a sign: what an edit changes as a whole. */
const TOKEN = /\p{Script=Han}|[^\s\p{P}\p{S}\p{Script=Han}]+|[\p{P}\p{S}]/gu;

type Token = { text: string; at: number };
const tokensOf = (text: string): Token[] => [...text.matchAll(TOKEN)].map(({ 0: token, index }) => ({ text: token, at: index }));

/** The place of each word in the text that they make up, in their order; null for one that is not there in that order. */
export function placesOf(words: readonly string[], text: string): (number | null)[] {
  const places: number[] = [];
  let after = 0;
  for (const word of words) {
    const at = word === '' ? -1 : text.indexOf(word, after);
    // Usually nothing but space stands between two words: one that is found further on may be another that reads alike.
    if (at < 0 || /\S/.test(text.slice(after, at))) return placesIn(words, text);
    places.push(at);
    after = at + word.length;
  }
  return places;
}

/** In a text that has more than its words, or lacks some. */
function placesIn(words: readonly string[], text: string): (number | null)[] {
  const starts: number[] = [];
  let length = 0;
  for (const word of words) {
    starts.push(length);
    length += word.length + 1;
  }
  return placesAfter(words, starts, { before: words.join(' '), after: text });
}

/** The places that words with these places in `before` have in `after`; null for one of which something was changed. */
export function placesAfter(
  words: readonly string[],
  places: readonly (number | null)[],
  { before, after }: { before: string; after: string },
): (number | null)[] {
  const [old, now] = [tokensOf(before), tokensOf(after)];
  const kept = matched(old, now);
  const byPlace = new Map(old.map(({ at }, i) => [at, i]));
  return words.map((word, i) => {
    const place = places[i] ?? null;
    const first = place === null ? undefined : byPlace.get(place);
    if (first === undefined) return null;
    const count = tokensOf(word).length;
    const to = kept[first];
    if (to === undefined || to === null) return null;
    for (let n = 1; n < count; n++) if (kept[first + n] !== to + n) return null;
    const at = now[to]?.at ?? null;
    return at !== null && after.startsWith(word, at) ? at : null;
  });
}

/** For each token of `old`, which token of `now` it is; null: it is gone. The same at both ends is not compared further. */
function matched(old: Token[], now: Token[]): (number | null)[] {
  const same = (i: number, j: number) => old[i]?.text === now[j]?.text;
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && same(head, head)) head++;
  let tail = 0;
  while (tail < shorter - head && same(old.length - 1 - tail, now.length - 1 - tail)) tail++;
  const kept: (number | null)[] = old.map((_, i) => (i < head ? i : i >= old.length - tail ? i + now.length - old.length : null));
  const sizes = { old: old.length - head - tail, now: now.length - head - tail };
  for (const [i, j] of common(sizes, (i, j) => same(head + i, head + j))) kept[head + i] = head + j;
  return kept;
}

/**
 * Pairs of the longest common subsequence, by the greedy algorithm of E. W. Myers, "An O(ND) Difference Algorithm and Its Variations"
 * (1986). None if it takes more than MAX_EDITS insertions and removals.
 */
function common({ old, now }: { old: number; now: number }, same: (i: number, j: number) => boolean): [number, number][] {
  const max = Math.min(old + now, MAX_EDITS);
  const furthest = new Int32Array(2 * max + 3);
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= max; edits++) {
    trace.push(furthest.slice());
    for (let k = -edits; k <= edits; k += 2) {
      let i = begun(furthest, k, { edits, max });
      while (i < old && i - k < now && same(i, i - k)) i++;
      furthest[k + max + 1] = i;
      if (i >= old && i - k >= now) return backwards(trace, { old, now, max });
    }
  }
  return [];
}

/** How far a path on diagonal k is, after the edit that leads to it: an insertion from above, or a removal. */
function begun(furthest: Int32Array, k: number, { edits, max }: { edits: number; max: number }): number {
  const [below, above] = [furthest[k + max] ?? 0, furthest[k + max + 2] ?? 0];
  return k === -edits || (k !== edits && below < above) ? above : below + 1;
}

function backwards(trace: Int32Array[], { old, now, max }: { old: number; now: number; max: number }): [number, number][] {
  const pairs: [number, number][] = [];
  let [i, j] = [old, now];
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const furthest = trace[edits];
    if (!furthest) break;
    const k = i - j;
    const start = edits === 0 ? 0 : begun(furthest, k, { edits, max });
    while (i > start && j > 0 && i > 0 && i - 1 >= start) {
      i--;
      j--;
      pairs.push([i, j]);
    }
    if (edits === 0) break;
    const [below, above] = [furthest[k + max] ?? 0, furthest[k + max + 2] ?? 0];
    const inserted = k === -edits || (k !== edits && below < above);
    i = inserted ? above : below;
    j = i - (inserted ? k + 1 : k - 1);
  }
  return pairs;
}
