/** Started and killed by facts-sqlite-killed.test.ts. `hold`: locks the folder. `commit`: commits until it is killed. */
import { writeSync } from 'node:fs';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { lockFolder } from '../../persistence/sqlite/lock.ts';
import { AT, change, everyFact, ORG } from '../ports/facts-rows.ts';
import { endWithParent } from '../worlds/parent.ts';

const [, , task, dir = ''] = process.argv;
const say = (line: string) => writeSync(1, `${line}\n`); // synchronous: what was said was said before the kill

endWithParent();
lockFolder(dir);
say('held');
if (task !== 'hold') {
  const facts = await openSqliteFacts(dir);
  const place = await facts.instances.load('hot');
  for (let seq = place?.instance.seq ?? 0; ; seq++) {
    const id = `n${seq}`;
    const answers = await facts.commit([
      change(id, { next_due_at: AT, writes: everyFact(id, id) }),
      change('hot', { org_id: ORG, expected_seq: seq === 0 ? null : seq }),
    ]);
    if (answers.some(({ outcome }) => outcome !== 'committed')) throw new Error(JSON.stringify(answers));
    say(id);
  }
}
