/**
 * Codes as one, however their parts are written: GJA984-15 and GJA98415, SKU-31O526 and SKU-310526.
 *
 * A code has letters and digits. Its token is `.c` and both without the signs between; of a long one each part between signs counts too.
 */
import { isDigits, type Meant, type ReadUnit } from './read-unit.ts';

const CODE_CHARS = { min: 5, max: 32 };
/** Parts between signs of one code, and of a chain that is looked at. */
const CODE_PARTS = 4;
const WORD = /^[a-z]+$/;
/** A sign, after which a line may end. */
const SIGN = /^[-‐‑–_/.](?:\n)?$/;
const BOTH = /[a-z].*\d|\d.*[a-z]/;

type Segment = { text: string; from: number; to: number };

/** What the token of a code begins with. */
export const CODE_SIGN = '.c';
export const codeToken = (code: string): string => `${CODE_SIGN}${code}`;

/** Every code that parts side by side may be: nobody knows where it begins. */
export function codesIn(units: readonly ReadUnit[]): Meant[] {
  const found: Meant[] = [];
  for (let at = 0; at < units.length; ) {
    const chain = goesOn(units, at) ? chainAt(units, at) : [];
    for (let first = 0; first < chain.length; first += 1)
      for (let last = first; last < Math.min(chain.length, first + CODE_PARTS); last += 1) {
        const code = codeOf(chain.slice(first, last + 1));
        if (code) found.push(code);
      }
    at = (chain.at(-1)?.to ?? at) + 1;
  }
  return found;
}

/** Most words stand alone. */
const goesOn = (units: readonly ReadUnit[], at: number): boolean => {
  const gap = units[at + 1]?.gap;
  return gap !== undefined && (gap === '' || SIGN.test(gap));
};

/** The code that begins with a unit and goes as far as its signs; null if what is there is none. */
export function codeAt(units: readonly ReadUnit[], at: number): Meant | null {
  const chain = chainAt(units, at);
  return chain.length > CODE_PARTS ? null : codeOf(chain);
}

function codeOf(parts: Segment[]): Meant | null {
  const [first, last] = [parts[0], parts.at(-1)];
  const text = parts.map((part) => part.text).join('');
  if (!first || !last || text.length < CODE_CHARS.min || text.length > CODE_CHARS.max || !BOTH.test(text)) return null;
  return { from: first.from, to: last.to, text: codeToken(text) };
}

function chainAt(units: readonly ReadUnit[], from: number): Segment[] {
  const chain: Segment[] = [];
  for (let at = from; ; at += 1) {
    const unit = units[at];
    const text = unit && codeText(unit);
    if (!unit || text === null || text === undefined) return chain;
    const last = chain.at(-1);
    if (!last || SIGN.test(unit.gap)) chain.push({ text, from: at, to: at });
    else if (unit.gap === '') {
      last.text += text;
      last.to = at;
    } else return chain;
  }
}

const codeText = (unit: ReadUnit): string | null => {
  if (isDigits(unit)) return unit.text;
  if (unit.kind === 'number') return unit.text.replace('.', '');
  return unit.kind === 'word' && WORD.test(unit.text) ? unit.text : null;
};
