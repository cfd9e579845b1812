/** Texts as the tokens of a model. Its package is optional: what is compiled may not need its types. */
import { createRequire } from 'node:module';

/** Returns ids, with the marks of beginning and end that the model knows, at most as many as it takes. */
export type Tokenizer = (text: string) => readonly number[];

type Package = { Tokenizer: new (tokenizer: object, config: object) => { encode(text: string): { ids: number[] } } };

/** Its package, for who looks whether it is there. */
export const TOKENIZERS = '@huggingface/tokenizers';

/** tokenizer, config: of tokenizer.json and tokenizer_config.json. Throws where the package does not understand them. */
export function loadTokenizer(tokenizer: object, config: object, max_tokens: number): Tokenizer {
  const { Tokenizer } = createRequire(import.meta.url)(TOKENIZERS) as Package;
  const made = new Tokenizer(tokenizer, config);
  const ending = endingOf(made.encode('').ids, made.encode('a').ids);
  return (text) => {
    const { ids } = made.encode(text);
    return ids.length <= max_tokens ? ids : [...ids.slice(0, max_tokens - ending.length), ...ending];
  };
}

/** The marks behind a text: what the tokens of two texts have in common at their ends. */
function endingOf(empty: readonly number[], other: readonly number[]): readonly number[] {
  let length = 0;
  while (length < empty.length && length < other.length && empty.at(-1 - length) === other.at(-1 - length)) length += 1;
  return empty.slice(empty.length - length);
}
