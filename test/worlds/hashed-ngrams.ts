/**
 * A lexical vector: hashed words, pairs and single characters, so that texts which share much writing lie near each other, whatever
 * the order and in spite of single misread characters. It knows nothing of meaning: `buy` and `purchase` are as far apart as any two.
 * Needs no model, no network and no memory, and returns the same on every machine.
 */
import type { Embedder } from '../../runtime/ports/providers.ts';
import { BREAK, porterStem, streams } from '../../text/analyse.ts';
import { type Unit, units } from '../../text/units.ts';

/** As many as small models of meaning have, so that an index made for one has room for the other. */
const DIMENSION = 384;
/** Single Han characters and pieces of words are in many texts and say less than pairs and whole words. */
const WEIGHT = { gram: 1, character: 0.3, piece: 0.3 };
/** Letters of a piece of a word: a word with one letter misread still shares most of them. */
const PIECE = 3;

/** Raised when texts get other features than before: then every text has to be embedded again. */
const FEATURES_VERSION = 3;

export function hashedNgrams(): Embedder {
  return {
    model: `tuodi-hashed-ngrams-${DIMENSION}-v${FEATURES_VERSION}`,
    dimension: DIMENSION,
    async embed(texts, signal) {
      return texts.map((text) => {
        signal.throwIfAborted();
        return vectorOf(text);
      });
    },
  };
}

/** Zero for a text without words: it is near nothing. */
function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(DIMENSION);
  for (const { feature, weight, count } of featuresOf(text)) {
    const hash = hashOf(feature);
    // Half of them count down, so that two features which share a place cancel as often as they add. (Weinberger et al. 2009, "Feature Hashing")
    const sign = hash & 0x8000_0000 ? -1 : 1;
    const at = (hash & 0x7fff_ffff) % DIMENSION;
    vector[at] = (vector[at] ?? 0) + sign * weight * (1 + Math.log(count)); // sublinear: the tenth time says little
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

type Feature = { feature: string; weight: number; count: number };
function featuresOf(text: string): Iterable<Feature> {
  const found = new Map<string, Feature>();
  const add = (feature: string, weight: number) => {
    const known = found.get(feature);
    if (known) known.count += 1;
    else found.set(feature, { feature, weight, count: 1 });
  };
  const pieces = units(text);
  for (const { text: gram } of streams(pieces, porterStem).grams) if (gram !== BREAK) add(`g${gram}`, WEIGHT.gram);
  for (const unit of pieces) {
    if (unit.kind === 'han') add(`c${unit.text}`, WEIGHT.character);
    else for (const piece of piecesOf(unit)) add(`p${piece}`, WEIGHT.piece);
  }
  return found.values();
}

function piecesOf({ text }: Unit): string[] {
  const word = `^${text.slice(0, 64)}$`;
  return Array.from({ length: Math.max(word.length - PIECE + 1, 0) }, (_, i) => word.slice(i, i + PIECE));
}

/** FNV-1a over UTF-16 units, then murmur3's last step, since its high bits alone are poor. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
