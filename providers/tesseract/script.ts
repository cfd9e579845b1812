/**
 * One script a page. With simplified and traditional Chinese both loaded, the engine reads some lines of a simplified page as
 * traditional, whole lines at a time; a page that is traditional is so throughout.
 */
import type { PageRead } from '../../runtime/ports/providers.ts';
import { simplified } from '../../text/fold.ts';

/**
 * The share of Han characters that simplification changes: 0.45 on a traditional page, up to 0.13 on simplified pages that were
 * partly misread. (The pictures of samples/, 2026-11-24.)
 */
const TRADITIONAL_SHARE = 0.25;

export function inOneScript(page: PageRead): PageRead {
  const han = page.text.match(/\p{Script=Han}/gu) ?? [];
  const traditional = han.filter((character) => simplified(character) !== character);
  if (traditional.length === 0 || traditional.length >= han.length * TRADITIONAL_SHARE) return page;
  const words = page.words.map((word) => ({ ...word, text: inSimplified(word.text) }));
  return { ...page, text: inSimplified(page.text), words };
}

const inSimplified = (text: string) => text.replace(/\p{Script=Han}/gu, simplified);
