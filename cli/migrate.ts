/** `tuodi migrate [--check]`: brings the database to this version, or says what that would be and what of it can't be served. */
import { lookAtStored, migrateFacts } from '../app/open-ports.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { stateWords } from '../services/maintenance/stored-versions.ts';
import type { Run } from './command.ts';

/** Ends with 3 when something is to be done, or when there are pictures of a version that this program does not know. */
export const migrateCommand =
  (check: boolean): Run =>
  async (config, out) => {
    const clock = systemClock();
    const migrations = await migrateFacts(config, clock, check);
    const stored = await lookAtStored(config, clock);
    const unserved = stored.filter(({ served }) => !served);
    const verb = check ? 'to be done' : 'done';
    out.result({ [check ? 'pending' : 'done']: migrations, stored }, () =>
      [
        ...(migrations.length === 0 ? ['The database is at this version.'] : migrations.map((name) => `${verb}: ${name}`)),
        ...versionsOf(stored).map((version) => `stored: ${version}`),
        ...unserved.map((state) => `cannot be served: ${stateWords(state)}`),
        ...(unserved.length > 0
          ? ['Start the version of tuodi that wrote them, or a later one; this one does not start on them.']
          : []),
      ].join('\n'),
    );
    return unserved.length > 0 || (check && migrations.length > 0) ? 3 : 0;
  };

const versionsOf = (stored: { machine: string; version: string; count: number }[]): string[] => {
  const counts = new Map<string, number>();
  for (const { machine, version, count } of stored) {
    const name = `${machine} ${version}`;
    counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return [...counts].map(([name, count]) => `${name}: ${count}`);
};
