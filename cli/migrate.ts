/** `tuodi migrate [--check]`: brings the database to this version, or says what that would be. */
import { migrateFacts } from '../open-ports.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Run } from './program.ts';

export const migrateCommand =
  (check: boolean): Run =>
  async (config, out) => {
    const migrations = await migrateFacts(config, systemClock(), check);
    const said = check ? 'to be done' : 'done';
    out.result({ [check ? 'pending' : 'done']: migrations }, () =>
      migrations.length === 0 ? 'The database is at this version.' : migrations.map((name) => `${said}: ${name}`).join('\n'),
    );
    return check && migrations.length > 0 ? 3 : 0;
  };
