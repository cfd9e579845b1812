/** How well a hit of a search answers what was typed, and what people see of it. */
import type { Text } from './statuses.ts';

/**
 * How well a hit answers what was typed, the best first. exact: it has all of it; alike: all of it, some of it only nearly; some: a part of
 * it; meaning: its vector alone is near. A tier never has what a better one has: the meaning tier is asked of the index by
 * `mode: 'vector'`, and what words found is taken out of it.
 */
export const TIERS = ['exact', 'alike', 'some', 'meaning'] as const;
export type Tier = (typeof TIERS)[number];
/** What stands above the hits of a tier. */
export const TIER_LABELS: Record<Tier, Text> = {
  exact: { en: 'All of these words', zh: '包含全部词语' },
  alike: { en: 'Nearly these words', zh: '文字相近' },
  some: { en: 'Some of these words', zh: '只含部分词语' },
  meaning: { en: 'Near in meaning', zh: '意思相近' },
};
const NONE_EXACT: Record<Tier, Text> = {
  ...TIER_LABELS,
  alike: {
    en: 'No picture has exactly these words; these have nearly the same.',
    zh: '没有图片完全包含这些词语；以下文字相近。',
  },
  some: { en: 'No picture has all of these words; these have some.', zh: '没有图片包含全部词语；以下包含其中一部分。' },
  meaning: { en: 'No picture has these words; these are near in meaning.', zh: '没有图片包含这些词语；以下意思相近。' },
};
/** The heading above a tier; first: nothing is listed above it, so that it says what is missing too. */
export const tierHeading = (tier: Tier, first: boolean): Text => (first ? NONE_EXACT : TIER_LABELS)[tier];
