/** The folder store: the suite of the port, and what only a folder can do wrong. */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { StorageFault, storageFault } from '../../persistence/folder/faults.ts';
import type { LinkQuery } from '../../persistence/folder/links.ts';
import { openFolderObjects } from '../../persistence/folder/objects.ts';
import { copyInto } from '../../persistence/folder/write.ts';
import { createSigner, type Secrets } from '../../runtime/accounts/signer.ts';
import { type Clock, systemClock } from '../../runtime/async/clock.ts';
import { bytesOf, chunks, objectsSuite } from '../ports/objects.ts';

const base = await mkdtemp(join(tmpdir(), 'tuodi-objects-'));
after(() => rm(base, { recursive: true, force: true }));
let n = 0;
const folder = () => join(base, `store-${n++}`);
const open = (dir: string, clock: Clock = systemClock(), secret = 'a secret') =>
  openFolderObjects({ dir, public_url: () => 'http://localhost:8787', signer: createSigner({ current: secret }), clock });

objectsSuite('a folder', () => open(folder()));

describe('the links of a folder', () => {
  const at = (now: number): Clock => ({ ...systemClock(), now: () => now });
  const parse = (url: string): { key: string; query: Record<string, string> } => {
    const { pathname, searchParams } = new URL(url);
    return { key: pathname.replace('/objects/', ''), query: Object.fromEntries(searchParams) };
  };
  const KEY = 'incoming/org/res/up';
  const upload = async (dir: string) => {
    const link = await (await open(dir)).presignUpload({ key: KEY, max_bytes: 10, content_type: 'image/png', expires_at: 1_000 });
    return { link, ...parse(link.url) };
  };

  test('an upload link grants its key, size and type until it expires', async () => {
    const dir = folder();
    const { link, key, query } = await upload(dir);
    assert.equal(link.method, 'PUT');
    assert.equal(link.headers['content-type'], 'image/png');
    assert.deepEqual((await open(dir, at(999))).openUpload(key, query), { key: KEY, max_bytes: 10, content_type: 'image/png' });
    assert.deepEqual((await open(dir, at(1_000))).openUpload(key, query), { refused: 'LINK_EXPIRED' });
  });

  test('a read link grants its key, type and name until it expires', async () => {
    const dir = folder();
    const grant = { key: 'org/res/run/original', content_type: 'image/png', filename: '发票 & "1".png' };
    const { key, query } = parse(await (await open(dir)).presignRead({ ...grant, expires_at: 1_000 }));
    assert.deepEqual((await open(dir, at(999))).openRead(key, query), grant);
    assert.deepEqual((await open(dir, at(1_000))).openRead(key, query), { refused: 'LINK_EXPIRED' });
  });

  const changes: Record<string, (query: LinkQuery) => LinkQuery> = {
    'a later expiry': (query) => ({ ...query, expires: '9999999999999' }),
    'more bytes': (query) => ({ ...query, max_bytes: '11' }),
    'another type': (query) => ({ ...query, content_type: 'text/html' }),
    'another signature': (query) => ({ ...query, signature: `${query.signature}`.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) }),
    'no signature': ({ signature: _, ...query }) => query,
    'a signature said twice': (query) => ({ ...query, signature: [`${query.signature}`, `${query.signature}`] }),
    'no expiry': ({ expires: _, ...query }) => query,
    'nothing at all': () => ({}),
  };
  for (const [what, change] of Object.entries(changes))
    test(`an upload link with ${what} is refused`, async () => {
      const dir = folder();
      const { key, query } = await upload(dir);
      assert.deepEqual((await open(dir, at(500))).openUpload(key, change(query)), { refused: 'BAD_SIGNATURE' });
    });

  test('a link is of no use for another key, another method or another secret', async () => {
    const dir = folder();
    const { key, query } = await upload(dir);
    const objects = await open(dir, at(500));
    assert.deepEqual(objects.openUpload('incoming/org/res/other', query), { refused: 'BAD_SIGNATURE' });
    assert.deepEqual(objects.openRead(key, query), { refused: 'BAD_SIGNATURE' });
    assert.deepEqual((await open(dir, at(500), 'another secret')).openUpload(key, query), { refused: 'BAD_SIGNATURE' });
    const read = parse(await objects.presignRead({ key, content_type: 'image/png', filename: 'a', expires_at: 1_000 }));
    assert.deepEqual(objects.openUpload(read.key, { ...read.query, max_bytes: '10' }), { refused: 'BAD_SIGNATURE' });
    assert.deepEqual(objects.openRead(read.key, { ...read.query, filename: 'b' }), { refused: 'BAD_SIGNATURE' });
  });
});

describe('a signature that fits', () => {
  test('is good for what an upload may write, and for no other key', async () => {
    const signer = createSigner({ current: 'a secret' });
    const objects = await open(folder());
    const query = (key: string) => {
      const reported = { expires: '9999999999999', max_bytes: '10', content_type: 'image/png' };
      return { ...reported, signature: signer.sign(['PUT', key, reported.expires, reported.max_bytes, reported.content_type]) };
    };
    const fit = 'incoming/org/res/up';
    assert.ok('key' in objects.openUpload(fit, query(fit)));
    for (const key of [
      ...['org/res/run/original', 'org/res/run/preview.webp', 'link-secret', '', 'incoming', 'incoming/', 'Incoming/org/res/up'],
      ...[
        'incoming/../org/res/run/original',
        'incoming//up',
        'incoming/org/./up',
        '../incoming/org/res/up',
        '.tmp/up',
        '/incoming/a/b/c',
      ],
      ...[
        'incoming/org/res/up\0',
        'incoming\\org\\up',
        'x/incoming/org/res/up',
        'incoming/.tmp/up',
        `incoming/${'a'.repeat(2_000)}`,
      ],
    ])
      assert.deepEqual(objects.openUpload(key, query(key)), { refused: 'BAD_SIGNATURE' }, key);
  });

  test('links that were given out before the secret was replaced hold while the one before is named', async () => {
    const dir = folder();
    const [before, now] = [{ current: 'the one before' }, { current: 'the new one', previous: 'the one before' }];
    const of = async (secrets: Secrets) =>
      openFolderObjects({ dir, public_url: 'http://localhost:8787', signer: createSigner(secrets), clock: systemClock() });
    const link = await (await of(before)).presignUpload({
      ...{ key: 'incoming/org/res/up', max_bytes: 10, byte_size: null, content_type: 'image/png', expires_at: 9_999_999_999_999 },
    });
    const query = Object.fromEntries(new URL(link.url).searchParams);
    assert.ok('key' in (await of(now)).openUpload('incoming/org/res/up', query));
    assert.deepEqual((await of({ current: 'the new one' })).openUpload('incoming/org/res/up', query), {
      refused: 'BAD_SIGNATURE',
    });
  });
});

describe('a folder store', () => {
  test('is empty of temporary files after a refused put, and after a crash once it is opened again', async () => {
    const dir = folder();
    const objects = await open(dir);
    await assert.rejects(objects.put('a/b', chunks('too many'), 3));
    assert.deepEqual(await readdir(join(dir, '.tmp')), []);
    await objects.put('a/b', chunks('kept'), 10);
    await writeFile(join(dir, '.tmp', 'left-by-a-crash'), 'half');
    await mkdir(join(dir, '.tmp', 'a-purge-cut-short', 'run'), { recursive: true });
    const again = await open(dir);
    assert.deepEqual(await readdir(join(dir, '.tmp')), []);
    assert.equal(await bytesOf(again, 'a/b'), 'kept');
  });

  test('follows no symbolic link out of itself', async () => {
    const dir = folder();
    const outside = join(base, `outside-${n++}`);
    await mkdir(outside);
    await writeFile(join(outside, 'secret'), 'secret');
    const objects = await open(dir);
    await objects.put('org/real', chunks('real'), 10);
    await symlink(outside, join(dir, 'org', 'away'));
    await symlink(join(outside, 'secret'), join(dir, 'org', 'file'));
    assert.equal(await objects.head('org/file'), null);
    assert.equal(await objects.read('org/file'), null);
    assert.equal(await objects.freeze('org/file', 'org/frozen'), null);
    await assert.rejects(objects.put('org/file', chunks('x'), 10), StorageFault);
    await assert.rejects(objects.read('org/away/secret'), StorageFault);
    await assert.rejects(objects.put('org/away/new', chunks('x'), 10), StorageFault);
    await assert.rejects(objects.removePrefix('org/away/'), StorageFault);
    assert.deepEqual(
      (await objects.list('org/', 10)).map(({ key }) => key),
      ['org/real'],
    );
    assert.deepEqual(await readdir(outside), ['secret']);
  });

  test('copies where links are not supported, and shows no half-made copy', async () => {
    const dir = folder();
    const objects = await open(dir);
    await objects.put('org/from', chunks('bytes'), 10);
    await copyInto(join(dir, 'org', 'from'), join(dir, '.tmp', 'copy'), join(dir, 'org', 'to'));
    assert.equal(await bytesOf(objects, 'org/to'), 'bytes');
    await objects.put('org/from', chunks('other'), 10);
    assert.equal(await bytesOf(objects, 'org/to'), 'bytes');
    await assert.rejects(copyInto(join(dir, 'org', 'missing'), join(dir, '.tmp', 'copy'), join(dir, 'org', 'to2')));
    assert.deepEqual(await readdir(join(dir, '.tmp')), []);
  });

  test('survives puts and purges of the same prefix at once', async () => {
    const objects = await open(folder());
    const puts = Array.from({ length: 40 }, (_, i) => objects.put(`org/res/run-${i}/original`, chunks('bytes'), 10));
    const purges = Array.from({ length: 10 }, () => objects.removePrefix('org/res/'));
    await Promise.all([...puts, ...purges]);
    await objects.removePrefix('org/res/');
    assert.deepEqual(await objects.list('org/', 10), []);
  });

  test('says that a folder may not be written', { skip: process.getuid?.() === 0 && 'root may write anywhere' }, async () => {
    const dir = folder();
    const objects = await open(dir);
    await objects.put('org/a', chunks('a'), 10);
    await chmod(join(dir, 'org'), 0o500);
    await assert.rejects(
      objects.put('org/b', chunks('b'), 10),
      (error) => error instanceof StorageFault && /no permission/.test(error.message),
    );
    await chmod(join(dir, 'org'), 0o700);
    assert.deepEqual(await readdir(join(dir, '.tmp')), []);
  });

  test('tells a full disk apart from other faults, and leaves what is no fault of the system as it is', () => {
    const of = (code: string) => storageFault(Object.assign(new Error('raw'), { code }), 'store x');
    const full = of('ENOSPC');
    assert.ok(
      full instanceof StorageFault &&
        full.failure.code === 'STORAGE_FULL' &&
        /the disk is full: make room \(ENOSPC\)/.test(full.message),
    );
    const readonly = of('EROFS');
    assert.ok(
      readonly instanceof StorageFault && readonly.failure.code === 'PROVIDER_UNAVAILABLE' && /read-only/.test(readonly.message),
    );
    assert.ok(!(of('EWHATEVER') instanceof StorageFault));
  });
});
