/** Secrets that everybody could know are refused; those that are fit can be replaced without a gap. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { startApp } from '../../app/app.ts';
import { ConfigError, checkTogether, readConfig, warningsOf } from '../../app/config.ts';
import { readPrivate, UnsafeFile, writePrivate } from '../../persistence/folder/private-file.ts';
import { createSigner } from '../../runtime/accounts/signer.ts';
import { readEnvExample } from '../worlds/containers.ts';
import { started } from '../worlds/tuodi.ts';

const base = await mkdtemp(path.join(tmpdir(), 'tuodi-secrets-'));
after(() => rm(base, { recursive: true, force: true }));
let n = 0;
async function folder(): Promise<string> {
  const dir = path.join(base, `folder-${n++}`);
  await mkdir(dir);
  return dir;
}
const start = (data_dir: string) =>
  startApp(readConfig({ TUODI_DATA_DIR: data_dir, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent' }).config, '0.0.0');
const FIT = 'f1t'.repeat(12);
const webhook = (text: string) => `whsec_${Buffer.from(text).toString('base64')}`;

describe('the secret that is kept in the data folder', () => {
  const UNFIT: Record<string, string> = {
    'nothing (a disk that was full at the first start)': '',
    'a line end': '\n',
    'spaces alone': ' '.repeat(64),
    'the first half of one': 'dGhlIGZpcnN0IGhhbGY',
    '31 characters': 'x'.repeat(31),
    'the example of .env.example': readEnvExample().TUODI_LINK_SECRET ?? '',
  };
  for (const [what, text] of Object.entries(UNFIT))
    test(`with ${what} in it no service starts, and it is said what to do`, async () => {
      const dir = await folder();
      await writeFile(path.join(dir, 'link-secret'), text);
      const refused = await start(dir).then(
        (app) => app.stop().then(() => null),
        (error: unknown) => error,
      );
      assert.ok(refused instanceof ConfigError, String(refused));
      assert.match(refused.message, /link-secret.*[Rr]emove it/);
      assert.equal(await readFile(path.join(dir, 'link-secret'), 'utf8'), text, 'left as it is');
    });

  test('a symbolic link in its place is not followed', async () => {
    const dir = await folder();
    await writeFile(path.join(base, 'known'), FIT);
    await symlink(path.join(base, 'known'), path.join(dir, 'link-secret'));
    await assert.rejects(start(dir), ConfigError);
  });

  test('is made whole at the first start, for this user alone, and holds after it', async () => {
    const dir = await folder();
    const file = path.join(dir, 'link-secret');
    await (await start(dir)).stop();
    const made = await readFile(file, 'utf8');
    assert.match(made, /^[\w-]{43}$/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await (await start(dir)).stop();
    assert.equal(await readFile(file, 'utf8'), made);
  });
});

describe('a private file', () => {
  test('is there whole or not at all: a write that fails leaves what was there, and nothing beside it', async () => {
    const dir = await folder();
    const file = path.join(dir, 'kept');
    await mkdir(path.join(file, 'in-the-way'), { recursive: true });
    await assert.rejects(writePrivate(file, 'new'));
    assert.deepEqual(await readdir(dir), ['kept']);
  });

  test('replaces a symbolic link, also one beside it, and never writes through either', async () => {
    const dir = await folder();
    const [victim, file] = [path.join(base, `victim-${n++}`), path.join(dir, 'kept')];
    await writeFile(victim, 'untouched');
    await symlink(victim, file);
    await symlink(victim, `${file}.part`);
    await writePrivate(file, 'secret');
    assert.equal(await readFile(victim, 'utf8'), 'untouched');
    assert.equal(await readPrivate(file), 'secret');
    assert.deepEqual(await readdir(dir), ['kept']);
  });

  test('is not read through a link, nor when others may write it, nor a pipe; what is not there is null', async () => {
    const dir = await folder();
    const file = path.join(dir, 'kept');
    assert.equal(await readPrivate(file), null);
    await writeFile(path.join(dir, 'other'), 'other', { mode: 0o600 });
    await symlink(path.join(dir, 'other'), file);
    await assert.rejects(readPrivate(file), UnsafeFile);
    await rm(file);
    await mkdir(file);
    await assert.rejects(readPrivate(file), UnsafeFile);
  });
});

describe('a secret in a variable', () => {
  const SECRETS = ['TUODI_LINK_SECRET', 'TUODI_S3_EVENTS_TOKEN', 'TUODI_OCR_CALLBACK_SECRET'];
  const of = (variable: string, text: string) => (variable.includes('CALLBACK') ? webhook(text) : text);
  const all = SECRETS.flatMap((one) => [one, `${one}_PREVIOUS`]);
  for (const variable of all) {
    test(`${variable} is refused when it is short, and is never repeated`, () => {
      for (const text of ['short', 'x'.repeat(20), ' '.repeat(64)])
        assert.throws(
          () => readConfig({ [variable]: text.trim() === '' ? text : of(variable, text) }),
          (error: unknown) => error instanceof ConfigError && error.message.includes(variable) && !error.message.includes('xxxx'),
        );
      readConfig({ [variable]: of(variable, FIT) });
    });

    test(`${variable} is refused with the value of an example of ours`, () => {
      const shown = Object.values(readEnvExample()).filter((value) => value.length >= 32 && !value.includes('://'));
      assert.ok(shown.length > 0);
      for (const value of [...shown, 'please-change-me-please-change-me-please', 'AnExampleOfThirtyTwoLettersChangeIt'])
        assert.throws(() => readConfig({ [variable]: variable.includes('CALLBACK') ? `whsec_${value}` : value }), ConfigError);
    });
  }

  test('of callbacks is one of Standard Webhooks, or the start is refused', () => {
    assert.throws(() => readConfig({ TUODI_OCR_CALLBACK_SECRET: `whsec_${'%'.repeat(40)}` }), ConfigError);
    assert.throws(() => readConfig({ TUODI_OCR_CALLBACK_SECRET: FIT }), ConfigError);
  });

  test('that was replaced goes with the one that replaces it', () => {
    for (const [variable, text] of [
      ['TUODI_S3_EVENTS_TOKEN', FIT],
      ['TUODI_OCR_CALLBACK_SECRET', webhook(FIT)],
    ] as const) {
      const alone = readConfig({ [`${variable}_PREVIOUS`]: text }).config;
      assert.throws(() => checkTogether(alone, 'serve'), new RegExp(`${variable}_PREVIOUS is set without`));
    }
  });

  test('may be in a file, as may the one before it', async () => {
    const file = path.join(base, 'in-a-file');
    await writeFile(file, `${FIT}\n`);
    assert.equal(readConfig({ TUODI_LINK_SECRET_PREVIOUS_FILE: file }).config.link_secret_previous, FIT);
  });
});

describe('a signer', () => {
  const [old, now] = ['o'.repeat(32), 'n'.repeat(32)];
  const PARTS = ['PUT', 'a', '1'];

  test('signs with the current secret, and takes what either signed', () => {
    const both = createSigner({ current: now, previous: old });
    const [before, later] = [createSigner({ current: old }), createSigner({ current: now })];
    assert.equal(both.sign(PARTS), later.sign(PARTS));
    assert.ok(both.verify(PARTS, before.sign(PARTS)));
    assert.ok(both.verify(PARTS, later.sign(PARTS)));
    assert.ok(!later.verify(PARTS, before.sign(PARTS)), 'once the old one is taken away');
    assert.ok(!both.verify(['PUT', 'a1'], both.sign(PARTS)), 'parts are not run together');
    for (const signature of ['', 'x', before.sign(PARTS).slice(1), createSigner({ current: 'x' }).sign(PARTS)])
      assert.ok(!both.verify(PARTS, signature), signature);
  });

  test('never signs with an empty secret', () => {
    assert.throws(() => createSigner({ current: '' }), RangeError);
    assert.throws(() => createSigner({ current: now, previous: '' }), RangeError);
  });
});

describe('a start', () => {
  const warned = (env: NodeJS.ProcessEnv) => warningsOf(readConfig(env).config);

  test('says aloud that the secret of another service is that of an example', () => {
    const { MYSQL_PASSWORD = '', S3_ACCESS_KEY = '', S3_SECRET_KEY = '' } = readEnvExample();
    const given = {
      TUODI_DATABASE_URL: `mysql://tuodi:${MYSQL_PASSWORD}@mysql:3306/tuodi`,
      TUODI_REDIS_URL: 'redis://:change-me@redis:6379/0',
      TUODI_S3_ACCESS_KEY: S3_ACCESS_KEY,
      TUODI_S3_SECRET_KEY: S3_SECRET_KEY,
      TUODI_EMBEDDING_API_KEY: 'anExampleKey',
    };
    for (const [variable, value] of Object.entries(given)) {
      const [warning = '', ...more] = warned({ [variable]: value });
      assert.match(warning, new RegExp(`^${variable} has the value of an example`));
      assert.ok(more.length === 0 && !warning.includes(value));
    }
    assert.deepEqual(warned({ TUODI_DATABASE_URL: 'mysql://tuodi:ours@mysql:3306/tuodi', TUODI_S3_SECRET_KEY: 'ours' }), []);
  });

  test('says aloud that links lead nowhere, where it listens on every address and has no public one', async () => {
    for (const host of ['0.0.0.0', '[::]']) {
      assert.match(warned({ TUODI_LISTEN: `${host}:8787` }).join(), /TUODI_PUBLIC_URL is not set/);
      assert.deepEqual(warned({ TUODI_LISTEN: `${host}:8787`, TUODI_PUBLIC_URL: 'https://tuodi.example' }), []);
    }
    for (const host of ['127.0.0.1', '[::1]', 'localhost', '192.168.1.5'])
      assert.deepEqual(warned({ TUODI_LISTEN: `${host}:8787` }), []);
    const service = await started(await folder(), {
      TUODI_LISTEN: '0.0.0.0:0',
      TUODI_S3_SECRET_KEY: 'anExampleChangeIt',
      TUODI_S3_ACCESS_KEY: 'x',
    });
    await service.stop();
    assert.match(service.err(), /^WARNING: TUODI_S3_SECRET_KEY .*\nWARNING: TUODI_LISTEN .*TUODI_PUBLIC_URL/);
  });
});
