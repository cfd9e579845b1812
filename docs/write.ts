/** Writes the documents that are made from the code: `npm run docs`, in the root of the repository. */
import { writeFile } from 'node:fs/promises';
import { lifecyclePage } from './lifecycle-page.ts';

await writeFile('docs/lifecycle.md', lifecyclePage());
console.log('docs/lifecycle.md');
