/** What `doctor` says of a database server: its version, and what our user may not do. */
import type { Clock } from '../../runtime/async/clock.ts';
import { mysqlKnex } from './driver.ts';
import { type Target, targetOf } from './target.ts';

/** `missing`: privileges that no grant names; empty where a grant gives all, or a role that is not looked into. */
export type ServerInspection = { version: string; is_old: boolean; missing: string[]; time: number };

const NEEDED = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'ALTER', 'INDEX', 'REFERENCES', 'DROP'];
/** The oldest that is tested: MariaDB names itself in its version. */
const OLDEST = { mariadb: [10, 6], mysql: [8, 4] } as const;

/** Throws when the server does not answer, or refuses us. */
export async function inspectMysql({
  url,
  clock,
  ...trust
}: { url: string; clock: Clock } & Pick<Target, 'ca'>): Promise<ServerInspection> {
  const knex = mysqlKnex({ target: targetOf(url, trust), clock, connections: 1 });
  try {
    const [row] = rowsIn(await knex.raw('SELECT VERSION() AS version, ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000) AS now'));
    const version = String(row?.version ?? '');
    const grants = rowsIn(await knex.raw('SHOW GRANTS')).map((grant) => String(Object.values(grant)[0]));
    return { version, is_old: isOld(version), missing: missingIn(grants), time: Number(row?.now) };
  } finally {
    await knex.destroy();
  }
}

export function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const [least_major, least_minor] = /mariadb/i.test(version) ? OLDEST.mariadb : OLDEST.mysql;
  return major < least_major || (major === least_major && minor < least_minor);
}

/** `grants`: lines of SHOW GRANTS. A role is granted by a line without ON. */
export function missingIn(grants: readonly string[]): string[] {
  if (grants.some((line) => /^GRANT ALL PRIVILEGES ON/i.test(line) || !/ ON /i.test(line))) return [];
  const held = new Set(grants.flatMap((line) => privilegesOf(line)));
  return NEEDED.filter((name) => !held.has(name));
}
const privilegesOf = (line: string): string[] =>
  (/^GRANT (.*?) ON /i.exec(line)?.[1] ?? '').split(',').map((name) => name.trim().toUpperCase());

function rowsIn(answer: unknown): Record<string, unknown>[] {
  const [rows]: unknown[] = Array.isArray(answer) ? answer : [];
  return Array.isArray(rows) ? rows : [];
}
