// Every picture that has text: text in blocks, shapes behind it. Lengths are pixels; `y` is the baseline of a block's first row.
// A row is one text, or one text a column; a column with `align: 'right'` ends at its `x`.

import { exifTurnedPoster, fadedTicket, turnedRecipe } from './scenes/bad-light.mjs';
import { chineseNotice, chineseTraditional } from './scenes/chinese.mjs';
import { englishLetter, englishReport } from './scenes/english.mjs';
import { mixedSlide, receipt, screenshot } from './scenes/mixed.mjs';
import { handbook, minutes, partsLabel } from './scenes/pages.mjs';

const BLOCK = { ink: '#1b1f24', weight: 400, step: 0 };
const whole = (scene) => ({
  ...scene,
  ...(scene.blocks && { blocks: scene.blocks.map((block) => ({ ...BLOCK, ...block })) }),
  ...(scene.pages && { pages: scene.pages.map(whole) }),
});

/** In the order they are drawn. */
export const scenes = [
  englishLetter,
  chineseNotice,
  chineseTraditional,
  mixedSlide,
  receipt,
  screenshot,
  englishReport,
  fadedTicket,
  turnedRecipe,
  exifTurnedPoster,
  minutes,
  handbook,
  partsLabel,
].map(whole);
