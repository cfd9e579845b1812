// Every picture that has text: text in blocks, shapes behind it. Lengths are pixels; `y` is the baseline of a block's first row.
// A row is one text, or one text a column; a column with `align: 'right'` ends at its `x`.

import { chineseNotice, chineseTraditional } from './scenes/chinese.mjs';
import { englishLetter, englishReport } from './scenes/english.mjs';
import { mixedSlide, receipt, screenshot } from './scenes/mixed.mjs';

const BLOCK = { ink: '#1b1f24', weight: 400, step: 0 };

/** In the order they are drawn. */
export const scenes = [englishLetter, chineseNotice, chineseTraditional, mixedSlide, receipt, screenshot, englishReport].map(
  (scene) => ({ ...scene, blocks: scene.blocks.map((block) => ({ ...BLOCK, ...block })) }),
);
