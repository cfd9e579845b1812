/** Writes the documents that are made from the code: `npm run docs`, in the root of the repository. */
import { writeFile } from 'node:fs/promises';
import { codesPage } from './codes-page.ts';
import { configurationPage } from './configuration-page.ts';
import { decisionsPage } from './decisions-page.ts';
import { lifecyclePage } from './lifecycle-page.ts';
import { limitsPage } from './limits-page.ts';

const PAGES = {
  'docs/lifecycle.md': lifecyclePage,
  'docs/codes.md': codesPage,
  'docs/limits.md': limitsPage,
  'docs/configuration.md': configurationPage,
  'docs/decisions/README.md': decisionsPage,
};
for (const [file, page] of Object.entries(PAGES)) {
  await writeFile(file, page());
  console.log(file);
}
