/** Writes entries until it is killed, and says which ones were seen. Started by index-sqlite.test.ts: file, round. */
import { writeSync } from 'node:fs';
import { openSqliteIndex } from '../../persistence/sqlite-index/open.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { entry } from '../worlds/entries.ts';
import { endWithParent } from '../worlds/parent.ts';

const [path = '', round = ''] = process.argv.slice(2);
const MAX = 20_000;
endWithParent();
const index = await openSqliteIndex(path, { clock: systemClock() });
let n = 0;
async function write(): Promise<void> {
  while (n < MAX) {
    n += 1;
    const id = `r${round}-${n}`;
    await index.put(entry('o', id, '手机'));
    writeSync(1, `${id}\n`);
  }
}
await Promise.all(Array.from({ length: 16 }, write));
