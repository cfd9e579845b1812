/** The language in which commands speak: that of the locale. `--help` is English. */
import type { Text } from '../contract/statuses.ts';

export type Language = keyof Text;

/** Chinese where the first of LC_ALL, LC_MESSAGES and LANG that is set says so, else English. */
export function languageOf({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Language {
  const locale = LC_ALL || LC_MESSAGES || LANG || '';
  return /^zh(?![a-z])/i.test(locale) ? 'zh' : 'en';
}
