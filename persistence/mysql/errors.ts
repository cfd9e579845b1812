/**
 * Errors of MySQL and MariaDB, distinguished by number or code, never by message. What the driver throws repeats what was bound (people's
 * texts, in `sql` and often in the message), so it goes no further than here.
 */
import { failureOf, type ServiceFailure } from '../../contract/failures.ts';
import { certificateFault } from '../../runtime/health/credentials.ts';
import type { Signed } from '../../runtime/health/part-signs.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { SEVERAL } from '../sql/statements.ts';

/** Before the first statement of a transaction, where both are sent as one. */
export const BEGIN = `BEGIN${SEVERAL}`;

/**
 * `errno`: the server's number, or null when the connection broke. `table`: of the statement that it answered. That the database is
 * away is no fault of a picture: a step waits, and a request gets 503 with Retry-After.
 */
export class DatabaseError extends StepError implements Partial<Signed> {
  readonly errno: number | null;
  readonly code: string;
  readonly table: string | null;
  declare part_fault?: Signed['part_fault'];
  constructor({ errno, code, table, detail }: { errno: number | null; code: string; table?: string | null; detail?: string }) {
    const message = [code, ...(errno === null ? [] : [`(${errno})`]), ...(detail ? [detail] : [])].join(' ');
    super(failureBy(errno, code, message));
    this.message = message;
    this.name = 'DatabaseError';
    this.errno = errno;
    this.code = code;
    this.table = table ?? null;
    if (errno !== null && FULL.has(errno)) this.part_fault = OUT_OF_ROOM;
    if (errno !== null && READ_ONLY.has(errno)) this.part_fault = NO_WRITES;
  }
}
/** No room on the server: its disk (1021), or what holds a table (1114). */
const FULL = new Set([1021, 1114]);
const OUT_OF_ROOM = { state: 'full', code: 'out_of_room' } as const;
/** It serves readers only. */
const READ_ONLY = new Set([1290, 1792, 1836]);
const NO_WRITES = { state: 'refused', code: 'takes_no_writes' } as const;

function failureBy(errno: number | null, code: string, message: string): ServiceFailure {
  if (errno !== null && REFUSED.has(errno))
    return failureOf(
      'CREDENTIALS_REFUSED',
      `the database refuses us (${message}): correct user, password and database in TUODI_DATABASE_URL, or call whoever runs the database`,
    );
  if (code === CERTIFICATE)
    return failureOf(
      'CREDENTIALS_REFUSED',
      `the database and we do not agree on TLS (${message}): set TUODI_DATABASE_CA_FILE to the certificate of its authority, or call whoever runs the database`,
    );
  return failureOf(isUnavailableBy(errno, code) ? 'PROVIDER_UNAVAILABLE' : 'UNEXPECTED', `the database: ${message}`);
}

const DUPLICATE = 1062;
/**
 * Who we are is not known, or may not do this: the database (1044), user or password (1045, 1698), the host (1130), privileges (1142,
 * 1143, 1227), how to log in (1251, 1524), an expired password (1820, 1862), a locked account (3118, 4151), no TLS (3159).
 */
const REFUSED = new Set([1044, 1045, 1130, 1142, 1143, 1227, 1251, 1524, 1698, 1820, 1862, 3118, 3159, 4151]);
/** What an error of TLS is called here, whatever the driver calls it. */
const CERTIFICATE = 'CERTIFICATE';
/**
 * The server gave way to another transaction: lock wait (1205), deadlock (1213), MariaDB's snapshot conflict (1020), and MySQL's NOWAIT
 * (3572). All of the transaction is rolled back by us; the same again may go well.
 */
const COLLISIONS = new Set([1020, 1205, 1213, 3572]);
/**
 * The server is going, is full, or serves readers only (it has just become a replica): too many connections (1040, 1203), shutting down
 * (1053), no answer or no packet (1158 to 1161), read only (1290, 1792, 1836), killed (1317, 1927, 3168), gone (2006, 2013), idle (4031).
 */
const UNAVAILABLE = new Set([1040, 1053, 1158, 1159, 1160, 1161, 1203, 1290, 1317, 1792, 1836, 1927, 2006, 2013, 3168, 4031]);
/** Codes of the driver and of the network for an unavailable server. */
const UNAVAILABLE_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENOENT'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'PROTOCOL_CONNECTION_LOST', 'PROTOCOL_SEQUENCE_TIMEOUT', 'POOL_TIMEOUT', 'CONNECTION_CLOSED'],
]);

/**
 * The database is unavailable, or the connection broke: what was under way may have happened or not, and a later call may go well. Also of an
 * error whose cause is such a one.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseError) return isUnavailableBy(error.errno, error.code);
  return error instanceof Error && error.cause !== undefined && isUnavailable(error.cause);
}

const isUnavailableBy = (errno: number | null, code: string) =>
  errno === null ? UNAVAILABLE_CODES.has(code) : UNAVAILABLE.has(errno);

export const isCollision = (error: unknown): boolean =>
  error instanceof DatabaseError && error.errno !== null && COLLISIONS.has(error.errno);

export const hasErrno = (error: unknown, ...errnos: number[]): boolean =>
  error instanceof DatabaseError && error.errno !== null && errnos.includes(error.errno);

/** By the statement that was refused: the server's text names the key, but not its table. */
export const uniqueViolation = (error: unknown): string | null => (hasErrno(error, DUPLICATE) ? tableOf(error) : null);
const tableOf = (error: unknown) => (error instanceof DatabaseError ? error.table : null);

/**
 * What the driver threw, without what people wrote. `sent`: with its placeholders, as we wrote it. `bound`: whether it had any; if
 * not, the server can repeat nothing but our own words.
 */
export function databaseError(thrown: unknown, sent: string, bound: boolean): Error {
  const statement = sent.startsWith(BEGIN) ? sent.slice(BEGIN.length) : sent;
  if (thrown instanceof DatabaseError || thrown instanceof TypeError) return thrown; // ours: what can't be bound
  const errno = field(thrown, 'errno');
  const code = field(thrown, 'code');
  const table = statement.includes(SEVERAL)
    ? null
    : (/^\s*(?:insert into|update|delete from)\s+`(\w+)`/i.exec(statement)?.[1] ?? null);
  const certificate = certificateFault(thrown) ?? (code === 'HANDSHAKE_SSL_ERROR' ? code : null);
  if (certificate !== null) return new DatabaseError({ errno: null, code: CERTIFICATE, detail: certificate });
  const fatal = field(thrown, 'fatal') === true;
  return new DatabaseError({
    errno: typeof errno === 'number' && errno > 0 ? errno : null, // the network's own are negative
    code: typeof code === 'string' ? code : fatal ? 'CONNECTION_CLOSED' : 'UNKNOWN',
    table,
    detail: bound ? columnOf(thrown) : messageOf(thrown),
  });
}

/** Which column was too short, say: only a name is taken over, from the end, which is the server's own. */
function columnOf(thrown: unknown): string {
  const column = /for column ([\w.'`]{1,200}) at row \d+$/.exec(messageOf(thrown))?.[1];
  return column ? `in column ${column}` : '';
}

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : '');

function field(thrown: unknown, name: 'errno' | 'code' | 'fatal'): unknown {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const value: unknown = Reflect.get(thrown, name);
  return value;
}
