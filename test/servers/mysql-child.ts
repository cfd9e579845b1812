/** Started and killed by tests. `migrate URL`: makes the tables. `alone URL`, `shared URL`: is present until it is killed. */
import { writeSync } from 'node:fs';
import { migrateMysqlFacts } from '../../persistence/mysql/facts.ts';
import { holdPresence } from '../../persistence/mysql/presence.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { endWithParent } from '../worlds/parent.ts';

const [, , task, url = ''] = process.argv;
const clock = systemClock();
endWithParent();
if (task === 'migrate') await migrateMysqlFacts({ url, clock }, false);
else {
  await holdPresence({ url, alone: task === 'alone', clock, onLost: (error) => writeSync(2, `${error}\n`) });
  writeSync(1, 'held\n');
}
