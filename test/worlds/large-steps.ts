/** The empty steps with the outputs of a picture of 400 words: what is kept of them by mistake shows in the heap. */
import type { Json } from '../../contract/json.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { StepHandlers } from '../../runtime/tasks/run-step.ts';
import { emptySteps } from './empty-steps.ts';

const WORDS = 400;
const DIMENSION = 256;

/** New objects at each call, as the real steps make them: one that all share could not be seen to pile up. */
export const largeSteps: StepHandlers = {
  ...emptySteps,
  async run(given) {
    const output = await emptySteps.run(given);
    const larger = LARGER[given.kind];
    return larger && isObject(output) ? { ...output, ...larger() } : output;
  },
};

const LARGER: { [Kind in StepKind]?: () => { [field: string]: Json } } = {
  ocr: () => ({ pages: [{ page: 1, width: 1_000, height: 1_000, text: text(), confidence: 0.9, words: words().map(boxed) }] }),
  embed: () => ({ vector: Array.from({ length: DIMENSION }, (_, n) => Math.sin(n) / 16) }),
};
const words = (): string[] => Array.from({ length: WORDS }, (_, n) => `word${n}`);
const text = () => words().join(' ');
const boxed = (word: string, n: number): Json => ({ text: word, confidence: 0.9, x: n / WORDS, y: 0.1, w: 0.01, h: 0.01 });
const isObject = (output: Json): output is { [field: string]: Json } =>
  typeof output === 'object' && output !== null && !Array.isArray(output);
