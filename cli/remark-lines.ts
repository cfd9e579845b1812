/** Remarks as lines for people: what each means once, with the pages that it is about. */
import type { RemarkAnswer } from '../contract/remarks.ts';
import { printableLine } from '../text/printable.ts';
import type { Language } from './language.ts';

/** Pages that are named; of more their number says enough. */
const MAX_PAGES = 10;

export function remarkLines(remarks: readonly RemarkAnswer[], language: Language = 'en'): string[] {
  const codes = [...new Set(remarks.map(({ code }) => code))];
  return codes.map((code) => {
    const some = remarks.filter((remark) => remark.code === code);
    const pages = [...new Set(some.flatMap(({ page }) => page ?? []))];
    const which = pages.length === 0 ? '' : ` (${pagesWords(pages, language)})`;
    return printableLine(`  ${code}${which}: ${some[0]?.meaning ?? ''}`);
  });
}

function pagesWords(pages: number[], language: Language): string {
  const named = pages.slice(0, MAX_PAGES).join(', ');
  const more = pages.length - MAX_PAGES;
  if (language === 'zh') return `第 ${named.replaceAll(', ', '、')} 页${more > 0 ? `，另有 ${more} 页` : ''}`;
  return `${pages.length === 1 ? 'page' : 'pages'} ${named}${more > 0 ? ` and ${more} more` : ''}`;
}
