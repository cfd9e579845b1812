/** Remarks as lines for people: what each means once, with the pages that it is about. */
import type { RemarkAnswer } from '../contract/remarks.ts';
import { printableLine } from '../text/printable.ts';

/** Pages that are named; of more their number says enough. */
const MAX_PAGES = 10;

export function remarkLines(remarks: readonly RemarkAnswer[]): string[] {
  const codes = [...new Set(remarks.map(({ code }) => code))];
  return codes.map((code) => {
    const some = remarks.filter((remark) => remark.code === code);
    const pages = [...new Set(some.flatMap(({ page }) => page ?? []))];
    const which = pages.length === 0 ? '' : ` (${pagesWords(pages)})`;
    return printableLine(`  ${code}${which}: ${some[0]?.meaning ?? ''}`);
  });
}

function pagesWords(pages: number[]): string {
  const named = pages.slice(0, MAX_PAGES).join(', ');
  const more = pages.length - MAX_PAGES;
  return `${pages.length === 1 ? 'page' : 'pages'} ${named}${more > 0 ? ` and ${more} more` : ''}`;
}
