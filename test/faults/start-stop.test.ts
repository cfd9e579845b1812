/** Start and stop on a data folder. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { startStopSuite } from '../worlds/start-stop.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-start-stop-'));
after(() => rm(folder, { recursive: true, force: true }));
startStopSuite(() => ({ TUODI_DATA_DIR: folder }));
