/** A unit as it is meant: digits that recognition took for letters are digits again. */
import type { Unit } from './units.ts';

/** mended: letters were read as digits. */
export type ReadUnit = Unit & { mended?: boolean };
/** What is found by beside its own words; from, to: the first and the last of the units that it is made of. */
export type Meant = { from: number; to: number; text: string };

export const DIGITS = /^\d+$/;
export const isDigits = <One extends Unit>(unit: One | undefined): unit is One & { kind: 'number' } =>
  unit !== undefined && unit.kind === 'number' && DIGITS.test(unit.text);

/** Letters that recognition takes for digits, and the other way round. */
const ALIKE: Record<string, string> = { o: '0', i: '1', l: '1', z: '2', s: '5', b: '8' };
export const ONLY_ALIKE = /^[oilzsb]+$/;
/** Digits, or letters like them. */
export const isLike = (unit: Unit): boolean => isDigits(unit) || (unit.kind === 'word' && ONLY_ALIKE.test(unit.text));
export const mended = (text: string): string => text.replace(/[a-z]/g, (letter) => ALIKE[letter] ?? letter);
/** What stands at a place read as digits: a unit for each piece, with the places that it is made of. */
export type MendedPiece = { unit: ReadUnit; from: number; to: number };
