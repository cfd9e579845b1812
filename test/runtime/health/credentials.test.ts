/** Credentials that are refused: a condition of the process, begun once and over once they were good for a while. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { databaseError } from '../../../persistence/mysql/errors.ts';
import { unavailable } from '../../../persistence/redis/errors.ts';
import { s3Fault } from '../../../persistence/s3/faults.ts';
import { createConditions } from '../../../runtime/health/conditions.ts';
import { CredentialsRefused, credentialsOf, refusalIn } from '../../../runtime/health/credentials.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';

function world() {
  const lines: string[] = [];
  const log = pino({ base: undefined }, { write: (line: string) => void lines.push(line) });
  const conditions = createConditions({ clock: { now: () => 1 }, log });
  let due: (() => void) | null = null;
  const after = (_: number, then: () => void) => {
    due = then;
    const cancel = () => {
      due = null;
    };
    return { cancel };
  };
  const credentials = credentialsOf({ conditions, clock: { after } }, 'database');
  return { conditions, credentials, lines, later: () => due?.() };
}
const REFUSED = new CredentialsRefused('the database refuses us: correct TUODI_DATABASE_URL');

test('a refusal is a condition with the sentence that names the variable, logged once; it is over when they were good for a while', () => {
  const { conditions, credentials, lines, later } = world();
  credentials.failed(REFUSED);
  credentials.failed(new Error('a commit failed', { cause: REFUSED }));
  assert.deepEqual(
    conditions.list().map(({ name, detail }) => [name, detail]),
    [['credentials_database', REFUSED.message]],
  );
  assert.equal(lines.length, 1);
  credentials.accepted();
  assert.ok(conditions.has('credentials_database'), 'one call that is allowed says little of the others');
  credentials.failed(REFUSED);
  later();
  assert.ok(conditions.has('credentials_database'), 'refused again meanwhile');
  credentials.accepted();
  later();
  assert.deepEqual(conditions.list(), []);
  assert.equal(lines.length, 2);
});

test('what is no refusal begins nothing', () => {
  const { conditions, credentials } = world();
  for (const error of [new Error('x'), databaseError(Object.assign(new Error(), { code: 'ECONNREFUSED' }), '', false), null])
    credentials.failed(error);
  assert.deepEqual(conditions.list(), []);
});

const reported = (error: unknown) => refusalIn(error) ?? 'no refusal';
const mysql = (errno: number, code: string) => databaseError(Object.assign(new Error('text'), { errno, code }), '', false);
const s3 = (name: string, httpStatusCode: number) =>
  s3Fault(Object.assign(new Error('text'), { name, $metadata: { httpStatusCode } }), 'read a', 'the bucket b');

test('each store names its variables', () => {
  for (const errno of [1044, 1045, 1130, 1142, 1698, 1820, 1862, 4151])
    assert.match(reported(mysql(errno, 'ER_X')), /TUODI_DATABASE_URL/);
  const certificate = Object.assign(new Error('self-signed certificate in chain'), { code: 'HANDSHAKE_SSL_ERROR' });
  assert.match(reported(databaseError(certificate, 'connect', false)), /TUODI_DATABASE_CA_FILE/);
  for (const reply of [
    'NOAUTH Authentication required.',
    'WRONGPASS invalid username-password pair or user is disabled.',
    'NOPERM this user has no permissions to run the set command',
    'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
  ])
    assert.match(reported(unavailable(new Error(reply))), /TUODI_REDIS_URL/, reply);
  for (const [name, status] of [
    ['InvalidAccessKeyId', 403],
    ['SignatureDoesNotMatch', 403],
    ['AccessDenied', 403],
    ['403', 403],
    ['Unauthorized', 401],
  ] as const)
    assert.match(reported(s3(name, status)), /TUODI_S3_ACCESS_KEY|TUODI_S3_SECRET_KEY|s3:GetObject/, name);
});

test('what is an outage stays one: no connection, too many, a clock that is off, a full server', () => {
  const outages = [mysql(1040, 'ER_CON_COUNT_ERROR'), s3('RequestTimeTooSkewed', 403), s3('SlowDown', 503)];
  for (const error of outages) {
    assert.equal(refusalIn(error), null);
    assert.ok(error instanceof StepError && error.failure.code === 'PROVIDER_UNAVAILABLE');
  }
  for (const reply of ['OOM command not allowed when used memory', 'READONLY You can not write', 'LOADING'])
    assert.equal(refusalIn(unavailable(new Error(reply))), null);
});
