/**
 * Messages, each in English and Chinese: a room has a table of its own, loaded with it. A message that is missing in one language does not
 * compile. Numbers, dates and sizes are written by format.ts.
 */
import { useSelector } from '@xstate/store-react';
import type { Text } from '../../contract/statuses.ts';
import { type Language, prefs } from '../stores/prefs.ts';

export type Messages<Words> = Record<Language, Words>;

/** The Chinese table has exactly the messages of the English one. */
export const messages = <Words extends object>(both: { en: Words; zh: NoInfer<Words> }): Messages<Words> => both;

export const useLanguage = (): Language => useSelector(prefs, ({ context }) => context.language);
export const languageNow = (): Language => prefs.getSnapshot().context.language;

/** The messages of a room in the reader's language. */
export const useWords = <Words>(of: Messages<Words>): Words => of[useLanguage()];
/** Outside of components. */
export const wordsNow = <Words>(of: Messages<Words>): Words => of[languageNow()];
/** A text of the contract in the reader's language. */
export const useText = (): ((text: Text) => string) => {
  const language = useLanguage();
  return (text) => text[language];
};
