/** What this browser likes: language, theme, size of prints, keys. Kept in the browser. */
import { createStore } from '@xstate/store-react';
import { keep, kept } from '../world.ts';

export type Language = 'en' | 'zh';
export type Theme = 'auto' | 'light' | 'dark';
export const SIZES = ['small', 'medium', 'large'] as const;
export type Size = (typeof SIZES)[number];

const oneOf = <Value extends string>(values: readonly Value[], value: string | null): Value | null =>
  values.find((known) => known === value) ?? null;

const spoken = (navigator.languages ?? [navigator.language]).some((tag) => /^zh/i.test(tag)) ? 'zh' : 'en';
const first = {
  language: oneOf(['en', 'zh'], kept('language')) ?? (spoken as Language),
  theme: oneOf(['auto', 'light', 'dark'], kept('theme')) ?? ('auto' as Theme),
  /** null: by what is shown. */
  size: oneOf(SIZES, kept('size')),
  keys: kept('keys') !== 'off',
};

export const prefs = createStore({
  context: first,
  on: {
    language: (context, { language }: { language: Language }) => ({ ...context, language }),
    theme: (context, { theme }: { theme: Theme }) => ({ ...context, theme }),
    size: (context, { size }: { size: Size }) => ({ ...context, size }),
    keys: (context, { on }: { on: boolean }) => ({ ...context, keys: on }),
  },
});

const dark = matchMedia('(prefers-color-scheme: dark)');
/** What is shown now, whatever was chosen. */
export const shownTheme = (theme: Theme): 'light' | 'dark' => (theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme);

/** Puts the choice on the document, now and at every change. */
export function applyPrefs(): void {
  const apply = () => {
    const { language, theme, size, keys } = prefs.getSnapshot().context;
    document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
    document.documentElement.dataset.theme = shownTheme(theme);
    if (kept('language') !== null || language !== spoken) keep('language', language);
    keep('theme', theme);
    keep('size', size);
    keep('keys', keys ? 'on' : 'off');
  };
  apply();
  prefs.subscribe(apply);
  dark.addEventListener('change', apply);
}
