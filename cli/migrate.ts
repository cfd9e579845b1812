/** `tuodi migrate [--check]`: brings the database to this version, or says what that would be. */
import { migrateSqliteFacts } from '../persistence/sqlite/facts.ts';
import type { Run } from './program.ts';

export const migrateCommand =
  (check: boolean): Run =>
  async ({ data_dir }, out) => {
    const migrations = await migrateSqliteFacts(data_dir, check);
    const said = check ? 'to be done' : 'done';
    out.result({ [check ? 'pending' : 'done']: migrations }, () =>
      migrations.length === 0 ? 'The database is at this version.' : migrations.map((name) => `${said}: ${name}`).join('\n'),
    );
    return check && migrations.length > 0 ? 3 : 0;
  };
