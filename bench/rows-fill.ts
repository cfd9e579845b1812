/** Pictures by the hundred thousand in MariaDB, as copies of those that were committed one by one; and the plans of what is asked of them. */
import { createConnection, type RowDataPacket } from 'mysql2/promise';

/** Digits of the number in an id. */
export const DIGITS = 7;
export const PREFIX = 'picture-';
/** Where the number begins in it, counted from 1. */
const AT = PREFIX.length + 1;
/** What in a row tells its picture, beside the ids: as SQL of the number `n` of the copy, which is `by` above that of its origin. */
const TOLD: Record<string, (by: number) => string> = {
  created_at: (by) => `created_at + ${by * 1_000}`,
  batch_id: () => "CONCAT('batch-', FLOOR(n / 100))",
  sha256: () => 'n',
  title: () => "CONCAT('picture ', MOD(n * 7919, 100003))",
};
const KEYS = ['instance_id', 'resource_id', 'commit_id', 'message_id'];
const TABLES = ['instances', 'resources', 'metadata', 'metadata_tags', 'journal', 'outbox'];
/** Rows given by the database, or written by the relay. */
const LEFT_OUT = ['outbox_id', 'position'];

/** Copies of the first `block` pictures until there are `size`, of which there are `there` so far; both are multiples of it. */
export async function copiesUntil(url: string, block: number, there: number, size: number): Promise<void> {
  const sql = await createConnection({ uri: url });
  for (const table of TABLES) {
    const [found] = await sql.query<RowDataPacket[]>(`SHOW COLUMNS FROM ${table}`);
    const columns = found.map(({ Field }) => String(Field)).filter((name) => !LEFT_OUT.includes(name));
    const key = columns.find((name) => KEYS.includes(name)) ?? '';
    // A table that is read while it is written to would be put aside in a temporary file each time.
    await sql.query(
      `CREATE TABLE copied AS SELECT * FROM ${table} WHERE ${key} >= '${PREFIX}' AND ${key} < '${PREFIX}${String(block).padStart(DIGITS, '0')}'`,
    );
    for (let by = there; by < size; by += block) {
      const n = `(SUBSTR(${key}, ${AT}, ${DIGITS}) + ${by})`;
      const renamed = (name: string) => `CONCAT('${PREFIX}', LPAD(${n}, ${DIGITS}, '0'), SUBSTR(${name}, ${AT + DIGITS}))`;
      const values = columns.map((name) => {
        if (KEYS.includes(name)) return renamed(name);
        const told = table === 'resources' ? TOLD[name] : undefined;
        return told ? told(by).replace(/\bn\b/, n) : `\`${name}\``;
      });
      const names = columns.map((name) => `\`${name}\``).join(', ');
      await sql.query(`INSERT INTO ${table} (${names}) SELECT ${values.join(', ')} FROM copied`);
    }
    await sql.query('DROP TABLE copied');
  }
  await sql.query(`ANALYZE TABLE ${TABLES.join(', ')}`);
  await sql.end();
}

/** What the server does for what `ask` asks: of each different statement how it is entered. Only on a server that nobody else uses. */
export async function plansOf(url: string, ask: () => Promise<unknown>): Promise<string[]> {
  const sql = await createConnection({ uri: url });
  await sql.query("SET GLOBAL log_output = 'TABLE'");
  await sql.query('TRUNCATE mysql.general_log');
  await sql.query('SET GLOBAL general_log = ON');
  await ask();
  await sql.query('SET GLOBAL general_log = OFF');
  const [logged] = await sql.query<RowDataPacket[]>(
    "SELECT CONVERT(argument USING utf8mb4) AS asked FROM mysql.general_log WHERE command_type IN ('Query', 'Execute')",
  );
  const plans = new Set<string>();
  for (const { asked } of logged)
    if (/^\s*\(?(SELECT|UPDATE|WITH)\b/i.test(String(asked)) && !/general_log|@@/.test(String(asked)))
      for (const row of await planOf(sql, String(asked))) plans.add(row);
  await sql.end();
  return [...plans];
}

async function planOf(sql: Awaited<ReturnType<typeof createConnection>>, asked: string): Promise<string[]> {
  const [rows] = await sql.query<RowDataPacket[]>(`EXPLAIN ${asked}`);
  return rows
    .filter(({ table }) => table !== null)
    .map(({ table, type, key, rows: read, Extra }) => `${table}: ${type} by ${key ?? 'nothing'}, ${read} rows (${Extra ?? ''})`);
}
