/** Imported into every process of a test run (`--import`); not into the threads of one, which send no responses. */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) await import('./check-responses.ts');
